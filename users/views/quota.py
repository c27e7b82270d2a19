"""How much a member may store, and how much they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from files.quota import quota_of, usage_of
from resources.api import actor_behind, not_signed_in
from users.views.endpoints import json_answer

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class AmountOutput(serializers.Serializer[object]):
    """What is used and what is left; null where there is no limit."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)
    remaining = serializers.IntegerField(allow_null=True)


class QuotaOutput(AmountOutput):
    """The same of bytes and, below `files`, of the number of files."""

    files = AmountOutput()


class QuotaView(APIView):
    """A member's quota."""

    @extend_schema(operation_id="view_quota", tags=["users"], responses=QuotaOutput)
    def get(self, request: Request) -> HttpResponse:
        """Return how many bytes and files you store, uploads under way included, and may store."""
        actor = actor_behind(request)
        if actor.id is None:
            raise not_signed_in()
        used, quota = usage_of(actor.id), quota_of(actor)
        answer = {
            **_amount(used.size, quota.size if quota else None),
            "files": _amount(used.files, quota.files if quota else None),
        }
        response = json_answer(answer)
        response["Cache-Control"] = "no-store"
        return response


def _amount(used: int, limit: int | None) -> dict[str, object]:
    remaining = None if limit is None else max(0, limit - used)
    return {"used": used, "limit": limit, "remaining": remaining}
