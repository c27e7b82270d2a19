"""What the views of accounts share: limits, input, and the answer to a sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

import orjson
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.views import APIView

from resources.api import (
    AddressThrottle,
    Problem,
    actor_behind,
    address_of_request,
    not_signed_in,
    registry,
    view_record,
    with_limits,
)
from users.callers import Caller, caller_of
from users.models import User
from users.password_rules import LONGEST
from users.passwords import normalized
from users.selectors import actor_of
from users.services.factors import factors_of
from users.services.sessions import open_session, require_not_barred, session_of
from users.tasks import mail_proof
from users.tokens import challenge_for, token_pair

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from resources.api import Actor
    from users.models import Proof


class PasswordField(serializers.CharField):
    """A password as it was typed, in NFC before its length is judged."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST, trim_whitespace=False, **options)

    @override
    def to_internal_value(self, data: Any) -> str:
        return normalized(super().to_internal_value(data))


class PairOutput(serializers.Serializer[Any]):
    """A fresh pair of tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInOutput(PairOutput):
    """A fresh pair of tokens and the member's own profile."""

    user = serializers.JSONField()


class AuthView(APIView):
    """A view whose callers are counted by their address, whoever they are."""

    throttle_classes: tuple[type[AddressThrottle], ...] = (AddressThrottle,)

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = with_limits(super().dispatch(request, *args, **kwargs), request)
        # RFC 6749, 5.1: nothing with a token in it is to be stored on its way.
        response["Cache-Control"] = "no-store"
        return response

    def caller(self, request: Request) -> Caller:
        """Return where the request comes from."""
        return caller_behind(request)


class AnonymousView(AuthView):
    """A view for callers who have no token yet; one that they send is not looked at."""

    authentication_classes = ()


class MemberView(AuthView):
    """A view for signed-in members in person: a server's key does not open it."""

    def member(self, request: Request) -> User:
        """Return the member who asks; raises Problem 401 for anybody else."""
        return session_of(self.person(request)).user

    def person(self, request: Request) -> Actor:
        """Return the actor who asks; raises Problem 401 unless they are signed in in person."""
        actor = actor_behind(request)
        if actor.session_id is None:
            raise not_signed_in()
        return actor


def caller_behind(request: HttpRequest | Request) -> Caller:
    """Return the network address and the device that a request comes from."""
    return caller_of(request.META, address_of_request(request))


def validated(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what was sent, checked; raises ValidationError."""
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def require_good_password(password: str, user: User) -> None:
    """Hold a password to the site's rules; raises ValidationError naming the field."""
    try:
        password_validation.validate_password(password, user)
    except ModelValidationError as error:
        raise serializers.ValidationError({"password": error.messages}) from None


def signed_in(view: AuthView, request: Request, user: User, *, method: str) -> HttpResponse:
    """Sign a member in, or ask for the second factor where the account has one.

    Raises Problem 403 for a barred account and 401 `second_factor_needed`, whose `challenge` goes
    to `POST /api/v1/auth/token/second-factor` with a code.
    """
    require_not_barred(user)
    factors = factors_of(user)
    if factors:
        raise Problem(
            401,
            "second_factor_needed",
            _("Enter the code of your second factor."),
            members={"challenge": challenge_for(user, method), "factors": factors},
        )
    return open_for(view, request, user, method=method)


def open_for(view: AuthView, request: Request, user: User, *, method: str) -> HttpResponse:
    """Open a session and answer its tokens and the member's own profile."""
    session = open_session(user, caller=view.caller(request), method=method)
    actor = actor_of(user.pk)
    if actor is None:
        raise not_signed_in(_("This account is not active."))
    profile = view_record(registry.resource_of(User), actor, str(user.pk))
    return json_answer(token_pair(session) | {"user": orjson.Fragment(profile.body)})


def json_answer(answer: Any, *, status: int = 200) -> HttpResponse:
    """Return an answer as JSON."""
    return HttpResponse(orjson.dumps(answer), status=status, content_type="application/json")


def accepted(proof: Proof) -> HttpResponse:
    """Have a proof's code mailed, and say that mail is on its way if there is reason for it."""
    mail_proof.enqueue(str(proof.pk))
    detail = _("If this address can be written to, a mail is on its way.")
    return json_answer({"detail": detail, "proof": str(proof.pk)}, status=202)
