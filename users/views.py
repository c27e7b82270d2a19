"""Registration and sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

import orjson
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from resources import registry
from resources.actors import ANONYMOUS
from resources.errors import Problem, not_signed_in
from resources.http.authentication import actor_of_header
from resources.http.throttles import AddressThrottle, with_limits
from resources.http.views import RecordView
from resources.reading.reader import view_record
from users.models import User
from users.services import register_member
from users.tokens import known_actor, token_pair, user_id_of_refresh

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request


class RegisterInput(serializers.Serializer[Any]):
    """What a new member sends."""

    email = serializers.EmailField(max_length=254)
    username = serializers.CharField(max_length=30)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    display_name = serializers.CharField(max_length=60, required=False, default="")
    locale = serializers.ChoiceField(choices=["en", "ko"], required=False, default="en")

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold the password to the site's rules, which look at the other fields too."""
        candidate = User(email=attrs["email"], username=attrs["username"])
        try:
            password_validation.validate_password(attrs["password"], candidate)
        except ModelValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs


class CredentialsInput(serializers.Serializer[Any]):
    """An e-mail address or username, and the password."""

    identity = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class RefreshInput(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=2048)


class PairOutput(serializers.Serializer[Any]):
    """A fresh pair of tokens."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInOutput(PairOutput):
    """A fresh pair of tokens and the member's own profile."""

    user = serializers.JSONField()


class AuthView(APIView):
    """A view for callers who have no token yet."""

    authentication_classes = ()
    throttle_classes = (AddressThrottle,)

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return with_limits(super().dispatch(request, *args, **kwargs), request)


class RegisterView(AuthView):
    """Open an account."""

    @extend_schema(
        operation_id="register",
        tags=["auth"],
        request=RegisterInput,
        responses={201: SignedInOutput},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Register, and be signed in at once."""
        sent = _validated(RegisterInput, request)
        with transaction.atomic():
            user = register_member(by=ANONYMOUS, **sent)
        return _signed_in(user, status=201)


class TokenView(AuthView):
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
        sent = _validated(CredentialsInput, request)
        user = authenticate(request._request, username=sent["identity"], password=sent["password"])
        if not isinstance(user, User):
            raise Problem(401, "wrong_credentials", _("No account has this identity and password."))
        update_last_login(User, user)
        return _signed_in(user)


class RefreshView(AuthView):
    """Stay signed in."""

    @extend_schema(
        operation_id="refresh", tags=["auth"], request=RefreshInput, responses=PairOutput, auth=[]
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade a refresh token for a fresh pair."""
        user_id = user_id_of_refresh(_validated(RefreshInput, request)["refresh"])
        known_actor(user_id)
        return _json(token_pair(User.objects.get(pk=user_id)))


class OwnRecordView(RecordView):
    """`users/me`: the signed-in member's own record."""

    resource = registry.resource_of(User)
    name_suffix = "_me"

    @override
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            actor = actor_of_header(request.META.get("HTTP_AUTHORIZATION", ""))
            if actor.id is None:
                raise not_signed_in()
        except Problem as problem:
            return problem.response()
        return super().dispatch(request, record_id=str(actor.id))


def _validated(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _signed_in(user: User, *, status: int = 200) -> HttpResponse:
    actor = known_actor(str(user.pk))
    profile = view_record(registry.resource_of(User), actor, str(user.pk))
    return _json(token_pair(user) | {"user": orjson.Fragment(profile.body)}, status=status)


def _json(answer: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer), status=status, content_type="application/json")
