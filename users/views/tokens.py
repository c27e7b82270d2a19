"""Signing in by password, staying signed in, and signing out."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth import authenticate
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from rest_framework import serializers

from resources.api import Problem, consume_quota, note_limits, seal
from users.models import EventKind, User
from users.services import login_throttle
from users.services.sessions import (
    end_session,
    end_sessions,
    require_fresh,
    rotate,
)
from users.services.signing import verifying_keys
from users.tasks import record_failed_sign_in
from users.tokens import claims_of_refresh, token_pair
from users.views.endpoints import (
    EndpointCall,
    MemberCall,
    PublicView,
    Result,
    UncountedView,
    endpoint,
    json_answer,
    member_endpoint,
)
from users.views.sign_in import PairOutput, PasswordField, SignedInOutput, signed_in


class CredentialsInput(serializers.Serializer[object]):
    """An e-mail address or username, and the password."""

    identity = serializers.CharField(max_length=254)
    password = PasswordField()


class RefreshInput(serializers.Serializer[object]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=2048)


class LogoutInput(serializers.Serializer[object]):
    """Whether to sign out on every device."""

    everywhere = serializers.BooleanField(default=False)


@endpoint(CredentialsInput, SignedInOutput)
def sign_in(call: EndpointCall) -> Result:
    """Trade an identity and a password for a pair of tokens."""
    identity, password, caller = call.sent["identity"], call.sent["password"], call.caller
    login_throttle.consume_attempt(identity, caller)
    user = authenticate(call.request._request, username=identity, password=password)
    if not isinstance(user, User):
        record_failed_sign_in.enqueue(seal(identity), seal(caller.address), caller.device)
        raise Problem(401, "wrong_credentials", _("No account has this identity and password."))
    login_throttle.refund_attempt(identity, caller)
    return signed_in(user, caller=caller, method="password")


@endpoint(RefreshInput, PairOutput, view=UncountedView)
def refresh(call: EndpointCall) -> Result:
    """Trade a refresh token for a fresh pair; the old one is no good from then on."""
    # Counted per session, so that neither others nor sign-ins wait for it.
    try:
        session_id, generation = claims_of_refresh(call.sent["refresh"])
    except Problem:
        consume_quota("refresh", call.caller.network)
        raise
    note_limits(call.request, consume_quota("refresh", str(session_id)))
    return token_pair(rotate(session_id, generation, caller=call.caller))


@member_endpoint(LogoutInput, None, 204)
def sign_out(call: MemberCall) -> Result:
    """End this session, or all of the member's, after confirming that it is you."""
    if call.sent["everywhere"]:
        end_sessions(require_fresh(call.actor).user, by=call.actor)
    else:
        kind = EventKind.SIGNED_OUT
        end_session(call.session, by=call.actor, kind=kind, caller=call.caller)
    return None


KEY_SET = {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
}


@endpoint(None, KEY_SET, view=PublicView, method="get")
def keys(call: EndpointCall) -> Result:
    """List the public keys as a JSON Web Key Set (RFC 7517)."""
    answer = json_answer({"keys": verifying_keys()})
    tag = quote_etag(sha256(answer.content).hexdigest()[:32])
    answer["ETag"] = tag
    return get_conditional_response(call.request._request, etag=tag, response=answer) or answer
