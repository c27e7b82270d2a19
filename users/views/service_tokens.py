"""OAuth 2.0 for servers: client credentials for an access token."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from rest_framework import serializers
from rest_framework.parsers import FormParser

from resources.api import SYSTEM, JsonBody
from users.models import ApiKey, EventKind
from users.selectors import BarredError
from users.services import api_keys
from users.services.events import record_event
from users.tokens import ServiceAccess, service_token
from users.views.endpoints import AnonymousView, EndpointCall, Result, endpoint, json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse
    from rest_framework.request import Request


class ServiceTokenInput(serializers.Serializer[object]):
    """RFC 6749, 4.4.2: client id and secret here or in an `Authorization: Basic` header."""

    grant_type = serializers.CharField()
    client_id = serializers.CharField(required=False, default="")
    client_secret = serializers.CharField(required=False, default="")
    scope = serializers.CharField(required=False, default="", help_text="Words with spaces.")


class ServiceTokenOutput(serializers.Serializer[object]):
    """RFC 6749, 5.1."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    scope = serializers.CharField()


class OAuthError(serializers.Serializer[object]):
    """RFC 6749, 5.2: what OAuth libraries expect in place of a problem document."""

    error = serializers.CharField()


class ServiceTokenView(AnonymousView):
    """OAuth libraries post forms (RFC 6749, 4.4.2); JSON is taken as everywhere else."""

    parser_classes = (FormParser, JsonBody)


@endpoint(
    view=ServiceTokenView,
    operation_id="service_token",
    request=ServiceTokenInput,
    responses={200: ServiceTokenOutput, 400: OAuthError, 401: OAuthError},
)
def trade_key(call: EndpointCall) -> Result:
    """Trade an API key's id and secret for an access token."""
    given = ServiceTokenInput(data=call.request.data)
    if not given.is_valid():
        return refusal("invalid_request")
    sent = dict(given.validated_data)
    if sent["grant_type"] != "client_credentials":
        return refusal("unsupported_grant_type")
    key = authenticated(call.request, sent)
    if key is None:
        return refusal("invalid_client", status=401)
    scopes = granted(sent["scope"].split(), key)
    if not scopes:
        return refusal("invalid_scope")
    record_event(key.owner, EventKind.KEY_TOKEN, by=SYSTEM, caller=call.caller, key=key.name)
    return {
        "access_token": service_token(key, scopes),
        "token_type": "Bearer",
        "expires_in": int(ServiceAccess.lifetime.total_seconds()),
        "scope": " ".join(scopes),
    }


def authenticated(request: Request, sent: Mapping[str, str]) -> ApiKey | None:
    """Find the key of the client's id and secret, if they are right and its owner may act."""
    client_id, secret = sent["client_id"], sent["client_secret"]
    scheme, _space, basic = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, secret = _split(basic)
    try:
        return api_keys.key_of(client_id, secret)
    except BarredError:
        return None


def granted(asked: Sequence[str], key: ApiKey) -> list[str]:
    """Return the scopes asked for, or all; none when one goes beyond the key."""
    if not set(asked) <= set(key.scopes):
        return []
    return list(asked) or list(key.scopes)


def refusal(error: str, *, status: int = 400) -> HttpResponse:
    """Refuse in the words of RFC 6749."""
    response = json_answer({"error": error}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Basic"
    return response


def _split(basic: str) -> tuple[str, str]:
    """Read an `Authorization: Basic` header (RFC 6749, 2.3.1: both parts form-encoded)."""
    try:
        client_id, _colon, secret = b64decode(basic, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
