"""The key that browsers subscribe to push messages for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from community.services.push_keys import public_push_key

if TYPE_CHECKING:
    from rest_framework.request import Request


class PushKeyOutput(serializers.Serializer[object]):
    """`public_key` is the `applicationServerKey` of `PushManager.subscribe`, in base64url."""

    public_key = serializers.CharField()


class PushKeyView(APIView):
    """The public key of this server's push messages (VAPID, RFC 8292)."""

    @extend_schema(
        operation_id="view_push_key", tags=["push-subscriptions"], responses=PushKeyOutput
    )
    def get(self, _request: Request) -> Response:
        """See the key that a browser subscribes to push messages for."""
        return Response({"public_key": public_push_key()})
