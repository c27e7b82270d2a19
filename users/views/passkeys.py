"""Passkeys: adding one, and signing in by one."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from rest_framework import serializers

from resources.api import registry, view_record
from users.models import Passkey
from users.views.endpoints import (
    EndpointCall,
    FreshMemberView,
    MemberCall,
    Result,
    endpoint,
    member_endpoint,
)
from users.views.sign_in import SignedInOutput, open_for, signed_in

if TYPE_CHECKING:
    from users.services import passkeys
else:
    # What checks credentials takes a twentieth of all the time to start, and few are shown.
    passkeys = SimpleLazyObject(partial(import_module, "users.services.passkeys"))

CREATION = {"type": "object", "description": "PublicKeyCredentialCreationOptionsJSON (WebAuthn)"}
REQUEST = {"type": "object", "description": "PublicKeyCredentialRequestOptionsJSON (WebAuthn)"}
PASSKEY = {"$ref": "#/components/schemas/Passkey"}


class CredentialInput(serializers.Serializer[object]):
    """What the browser's `credential.toJSON()` gives."""

    credential = serializers.DictField()


class NewPasskeyInput(CredentialInput):
    """A new passkey and what its member calls it."""

    name = serializers.CharField(max_length=80)


@member_endpoint(None, CREATION, view=FreshMemberView)
def begin_passkey(call: MemberCall) -> Result:
    """Return what `navigator.credentials.create()` takes; it is good for five minutes."""
    return passkeys.registration_options(call.user)


@member_endpoint(NewPasskeyInput, PASSKEY, 201)
def register_passkey(call: MemberCall) -> Result:
    """Keep the passkey that the browser has made."""
    name, credential = call.sent["name"], call.sent["credential"]
    with transaction.atomic():
        passkey = passkeys.register_passkey(call.user, name, credential, caller=call.caller)
    shown = view_record(registry.resource_of(Passkey), call.actor, str(passkey.pk))
    return HttpResponse(
        shown.body, status=201, content_type="application/json", headers={"ETag": shown.etag}
    )


@endpoint(None, REQUEST)
def begin_passkey_sign_in(_call: EndpointCall) -> Result:
    """Return what `navigator.credentials.get()` takes; no account is named or needed."""
    return passkeys.sign_in_options()


@endpoint(CredentialInput, SignedInOutput)
def sign_in_by_passkey(call: EndpointCall) -> Result:
    """Trade a passkey for a pair of tokens.

    One that has checked a PIN or a finger is two factors by itself; any other is the first.
    """
    user, is_verified = passkeys.shown_passkey(call.sent["credential"], caller=call.caller)
    answer = open_for if is_verified else signed_in
    return answer(user, caller=call.caller, method="passkey")
