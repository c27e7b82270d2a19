"""What realtime clients ask for over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from realtime.turn import turn_credentials
from resources.answers import JSON, HttpAnswer
from resources.errors import not_signed_in
from resources.http.views import actor_behind

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class TurnOutput(serializers.Serializer[Any]):
    """What a TURN server is reached by: an `RTCIceServer` but for the names."""

    username = serializers.CharField()
    password = serializers.CharField(help_text="The `credential` of an `RTCIceServer`.")
    ttl = serializers.IntegerField(help_text="Seconds that the credentials are good for.")
    uris = serializers.ListField(child=serializers.CharField())


class TurnView(APIView):
    """Credentials for the TURN server that relays calls."""

    @extend_schema(
        operation_id="turn_credentials",
        tags=["realtime"],
        summary="Get credentials for the TURN server",
        description="For members; 404 `not_configured` where there is no TURN server.",
        responses={200: TurnOutput},
    )
    def get(self, request: Request) -> HttpResponse:
        """Answer time-limited credentials."""
        actor = actor_behind(request)
        if actor.id is None:
            raise not_signed_in()
        body = orjson.dumps(turn_credentials(actor.id))
        return HttpAnswer(200, body, {"Content-Type": JSON, "Cache-Control": "no-store"}).response()
