"""What realtime clients ask for over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

import orjson
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.views import APIView

from realtime.frames.members import LONGEST_TEXT, MOST_PAYLOAD
from realtime.rooms.policy import ROOM_NAME
from realtime.rooms.triggers import require_trusted, trigger
from realtime.tickets import SECONDS, ticket_for
from realtime.turn_server import turn_credentials
from resources.answers import JSON, HttpAnswer
from resources.errors import not_signed_in
from resources.http.bodies import JsonBody
from resources.http.client_networks import address_of_request
from resources.http.throttles import consume_quota, rate_limit_keys
from resources.http.views import actor_behind

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

MOST_MESSAGES = 100
ANY_JSON = [
    {"type": "array", "items": {}},
    *({"type": kind} for kind in ("object", "string", "number", "boolean")),
]


class TurnOutput(serializers.Serializer[object]):
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


@extend_schema_field({"oneOf": ANY_JSON})
class PayloadField(serializers.JSONField):
    """Any JSON that is no larger than what peers may send."""

    @override
    def to_internal_value(self, data: object) -> Any:
        """Check the size; raises ValidationError."""
        if len(orjson.dumps(data)) > MOST_PAYLOAD:
            raise serializers.ValidationError(_("This is too large."), "too_large")
        return data


class MessageInput(serializers.Serializer[object]):
    """Something to say in a room."""

    room = serializers.RegexField(f"^{ROOM_NAME.pattern}$")
    event = serializers.CharField(max_length=LONGEST_TEXT)
    payload = PayloadField(allow_null=True, default=None)
    to = serializers.CharField(
        max_length=LONGEST_TEXT,
        required=False,
        help_text="The id of a peer or of a user; without it, everyone in the room hears.",
    )


class TriggerInput(serializers.Serializer[object]):
    """What to say, in order."""

    messages = serializers.ListField(child=MessageInput(), min_length=1, max_length=MOST_MESSAGES)


class TicketOutput(serializers.Serializer[object]):
    """A ticket for one event stream."""

    ticket = serializers.CharField()
    seconds = serializers.IntegerField(help_text="How long it is good for.")


class TicketView(APIView):
    """Tickets for event streams of browsers."""

    @extend_schema(
        operation_id="create_ticket",
        tags=["realtime"],
        summary="Get a ticket for an event stream",
        request=None,
        responses={201: TicketOutput},
    )
    def post(self, request: Request) -> HttpResponse:
        """Answer a ticket, for `/api/v1/events?ticket=…`: a browser's `EventSource` sends no token.

        It signs one stream in. For the next, which the browser asks for by the same address when
        its connection is lost, open a new one with another ticket and the cursor of the last event.
        """
        actor = actor_behind(request)
        if actor.id is None:
            raise not_signed_in()
        limits = consume_quota("write", *rate_limit_keys(actor, address_of_request(request)))
        token = request.headers["Authorization"].partition(" ")[2].strip()
        body = orjson.dumps({"ticket": ticket_for(token), "seconds": SECONDS})
        told = {"Content-Type": JSON, "Cache-Control": "no-store", **limits}
        return HttpAnswer(201, body, told).response()


class TriggerView(APIView):
    """What trusted services say in rooms."""

    parser_classes = (JsonBody,)

    @extend_schema(
        operation_id="trigger",
        tags=["realtime"],
        summary="Say something in rooms",
        request=TriggerInput,
        responses={202: None},
    )
    def post(self, request: Request) -> HttpResponse:
        """Say up to 100 things in rooms, as `broadcast` frames whose `from` is null.

        For API keys of admins with the scope `rooms:write`.
        """
        actor = actor_behind(request)
        require_trusted(actor)
        who = rate_limit_keys(actor, address_of_request(request))
        limits = consume_quota("write", *who, trust=actor.trust_level)
        sent = TriggerInput(data=request.data)
        sent.is_valid(raise_exception=True)
        trigger(sent.validated_data["messages"])
        return HttpAnswer(202, b"", limits).response()
