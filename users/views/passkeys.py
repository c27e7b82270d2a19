"""Passkeys: adding one, and signing in by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from resources.api import registry, view_record
from users.models import Passkey
from users.services import passkeys
from users.services.sessions import require_fresh
from users.views.answers import (
    AnonymousView,
    MemberView,
    SignedInOutput,
    json_answer,
    open_for,
    signed_in,
    validated,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

CREATION = {"type": "object", "description": "PublicKeyCredentialCreationOptionsJSON (WebAuthn)"}
REQUEST = {"type": "object", "description": "PublicKeyCredentialRequestOptionsJSON (WebAuthn)"}
PASSKEY = {"$ref": "#/components/schemas/Passkey"}


class CredentialInput(serializers.Serializer[Any]):
    """What the browser's `credential.toJSON()` gives."""

    credential = serializers.DictField()


class NewPasskeyInput(CredentialInput):
    """A new passkey and what its member calls it."""

    name = serializers.CharField(max_length=80)


class PasskeyOptionsView(MemberView):
    """Begin to add a passkey."""

    @extend_schema(
        operation_id="begin_passkey", tags=["auth"], request=None, responses={200: CREATION}
    )
    def post(self, request: Request) -> HttpResponse:
        """Give what `navigator.credentials.create()` takes; it is good for five minutes."""
        require_fresh(self.person(request))
        return json_answer(passkeys.registration_options(self.member(request)))


class PasskeyRegisterView(MemberView):
    """Add a passkey."""

    @extend_schema(
        operation_id="register_passkey",
        tags=["auth"],
        request=NewPasskeyInput,
        responses={201: PASSKEY},
    )
    def post(self, request: Request) -> HttpResponse:
        """Keep the passkey that the browser has made."""
        sent, actor = validated(NewPasskeyInput, request), self.person(request)
        with transaction.atomic():
            passkey = passkeys.register_passkey(
                self.member(request),
                sent["name"],
                sent["credential"],
                caller=self.caller(request),
            )
        shown = view_record(registry.resource_of(Passkey), actor, str(passkey.pk))
        return HttpResponse(
            shown.body, status=201, content_type="application/json", headers={"ETag": shown.etag}
        )


class PasskeySignInOptionsView(AnonymousView):
    """Begin to sign in by a passkey."""

    @extend_schema(
        operation_id="begin_passkey_sign_in",
        tags=["auth"],
        request=None,
        responses={200: REQUEST},
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Give what `navigator.credentials.get()` takes; no account is named or needed."""
        del request
        return json_answer(passkeys.sign_in_options())


class PasskeySignInView(AnonymousView):
    """Sign in by a passkey."""

    @extend_schema(
        operation_id="sign_in_by_passkey",
        tags=["auth"],
        request=CredentialInput,
        responses=SignedInOutput,
        auth=[],
    )
    def post(self, request: Request) -> HttpResponse:
        """Trade a passkey for a pair of tokens.

        One that has checked a PIN or a finger is two factors by itself; any other is the first.
        """
        sent = validated(CredentialInput, request)["credential"]
        user, is_verified = passkeys.shown_passkey(sent, caller=self.caller(request))
        answer = open_for if is_verified else signed_in
        return answer(self, request, user, method="passkey")
