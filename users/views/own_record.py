"""`users/me`: the signed-in member's own record."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from resources.api import (
    JSON,
    HttpAnswer,
    Problem,
    RecordView,
    actor_behind,
    actor_of_header,
    not_signed_in,
    registry,
    require_match,
    view_record,
)
from users.models import User
from users.services.erasure import request_erasure
from users.services.sessions import require_fresh
from users.views.endpoints import caller_behind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request


class LeavingOutput(serializers.Serializer[object]):
    """When the account is erased, unless its member signs in before."""

    leaves_at = serializers.DateTimeField()


class OwnRecordView(RecordView):
    """The signed-in member's own record, without knowing its id."""

    resource = registry.resource_of(User)
    name_suffix = "_me"

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            actor = actor_of_header(request.META.get("HTTP_AUTHORIZATION", ""))
            if actor.id is None:
                raise not_signed_in()
        except Problem as problem:
            return problem.response()
        return super().dispatch(request, record_id=str(actor.id))

    @extend_schema(
        operation_id="leave",
        summary="Have your account erased",
        description=(
            "In person, and after confirming that it is you. The profile is hidden and every"
            " session ends at once; everything personal is erased when the days of grace are"
            " over. Signing in before then keeps the account."
        ),
        responses={202: LeavingOutput},
        exclude=False,
    )
    @override
    def delete(self, request: Request, record_id: str) -> HttpResponse:
        """Have the account erased after the days of grace."""
        actor = actor_behind(request)
        user = require_fresh(actor).user
        require_match(user, request.headers.get("If-Match", ""))
        request_erasure(user, by=actor, caller=caller_behind(request))
        answer = view_record(self.resource, actor, record_id, "fields=leaves_at")
        headers = {"Content-Type": JSON, "Cache-Control": "no-store"}
        return HttpAnswer(202, answer.body, headers).response()
