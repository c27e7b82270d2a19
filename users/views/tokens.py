"""Signing in by password, staying signed in, and signing out."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from resources.api import Problem, consume_quota, note_limits, seal
from users.models import EventKind, User
from users.services import login_throttle
from users.services.sessions import (
    end_session,
    end_sessions,
    require_fresh,
    rotate,
    session_of,
)
from users.services.signing import verifying_keys
from users.tasks import record_failed_sign_in
from users.tokens import claims_of_refresh, token_pair
from users.views.answers import (
    AnonymousView,
    MemberView,
    PairOutput,
    PasswordField,
    SignedInOutput,
    json_answer,
    signed_in,
    validated,
)

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request


class CredentialsInput(serializers.Serializer[Any]):
    """An e-mail address or username, and the password."""

    identity = serializers.CharField(max_length=254)
    password = PasswordField()


class RefreshInput(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=2048)


class LogoutInput(serializers.Serializer[Any]):
    """Whether to sign out on every device."""

    everywhere = serializers.BooleanField(default=False)


class TokenView(AnonymousView):
    """Sign in."""

    @extend_schema(
        operation_id="sign_in",
        tags=["auth"],
        request=CredentialsInput,
        responses=SignedInOutput,
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade an identity and a password for a pair of tokens."""
        sent = validated(CredentialsInput, request)
        caller = self.caller(request)
        login_throttle.consume_attempt(sent["identity"], caller)
        user = authenticate(request._request, username=sent["identity"], password=sent["password"])
        if not isinstance(user, User):
            record_failed_sign_in.enqueue(
                seal(sent["identity"]), seal(caller.address), caller.device
            )
            raise Problem(401, "wrong_credentials", _("No account has this identity and password."))
        login_throttle.refund_attempt(sent["identity"], caller)
        return signed_in(self, request, user, method="password")


class RefreshView(AnonymousView):
    """Stay signed in: counted per session, so that neither others nor sign-ins wait for it."""

    throttle_classes = ()

    @extend_schema(
        operation_id="refresh", tags=["auth"], request=RefreshInput, responses=PairOutput, auth=[]
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade a refresh token for a fresh pair; the old one is no good from then on."""
        caller = self.caller(request)
        token = validated(RefreshInput, request)["refresh"]
        try:
            session_id, generation = claims_of_refresh(token)
        except Problem:
            consume_quota("refresh", caller.network)
            raise
        note_limits(request, consume_quota("refresh", str(session_id)))
        return json_answer(token_pair(rotate(session_id, generation, caller=caller)))


class LogoutView(MemberView):
    """Sign out."""

    @extend_schema(
        operation_id="sign_out", tags=["auth"], request=LogoutInput, responses={204: None}
    )
    def post(self, request: Request) -> HttpResponse:
        """End this session, or all of the member's, after confirming that it is you."""
        actor = self.person(request)
        session = session_of(actor)
        if validated(LogoutInput, request)["everywhere"]:
            end_sessions(require_fresh(actor).user, by=actor)
        else:
            end_session(session, by=actor, kind=EventKind.SIGNED_OUT, caller=self.caller(request))
        return HttpResponse(status=204)


class KeysView(APIView):
    """The public keys that access tokens are verified with."""

    authentication_classes = ()

    @extend_schema(
        operation_id="keys",
        tags=["auth"],
        responses={200: {"type": "object", "properties": {"keys": {"type": "array"}}}},
        auth=[],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List the public keys as a JSON Web Key Set (RFC 7517)."""
        answer = json_answer({"keys": verifying_keys()})
        tag = quote_etag(sha256(answer.content).hexdigest()[:32])
        answer["ETag"] = tag
        return get_conditional_response(request._request, etag=tag, response=answer) or answer
