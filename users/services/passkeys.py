"""Passkeys: WebAuthn credentials (https://www.w3.org/TR/webauthn-3/), registered and shown.

Every challenge is kept in the shared cache for five minutes and is good once.
"""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    generate_challenge,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from resources.api import SYSTEM, Actor, Problem, changes
from users.models import EventKind, Passkey, User
from users.services.events import record_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.registration.verify_registration_response import VerifiedRegistration

    from users.callers import Caller

SITE = "Holobase"
CHALLENGE_SECONDS = 5 * 60
SIGN_IN = "sign_in"
LONGEST_ID = 512
# What a made-up credential breaks on its way through the parsers and verifiers.
MALFORMED = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class Shown(NamedTuple):
    """Whose passkey was shown, and whether a PIN or finger proved that it was them."""

    user: User
    is_verified: bool


class RelyingParty(NamedTuple):
    """What passkeys are bound to: a host, and the origins that may ask for them."""

    host: str
    origins: list[str]


def relying_party() -> RelyingParty:
    """Return the host of the card site, else our own, and the origins of both and of the apps."""
    sites = [urlsplit(url) for url in (settings.SITE_URL, settings.PUBLIC_URL) if url]
    origins = [_origin(site) for site in sites]
    return RelyingParty(sites[0].hostname or "", [*origins, *settings.PASSKEY_ORIGINS])


def _origin(site: SplitResult) -> str:
    """Write an address's origin as browsers do, without the usual port (RFC 6454, 6.2)."""
    usual = {"http": 80, "https": 443}
    port = "" if site.port in (None, usual.get(site.scheme)) else f":{site.port}"
    return f"{site.scheme}://{site.hostname}{port}"


def registration_options(user: User) -> dict[str, object]:
    """Return what `navigator.credentials.create()` takes (PublicKeyCredentialCreationOptionsJSON).

    The passkey is to be discoverable, as a sign-in names no account to look its passkeys up by.
    """
    options = generate_registration_options(
        rp_id=relying_party().host,
        rp_name=SITE,
        user_id=user.pk.bytes,
        user_name=user.username,
        user_display_name=user.display_name or user.username,
        challenge=_new_challenge(_registering(user)),
        timeout=CHALLENGE_SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[_descriptor(passkey) for passkey in user.passkeys.all()],
    )
    return options_to_json_dict(options)


def register_passkey(
    user: User, name: str, sent: Mapping[str, object], *, caller: Caller
) -> Passkey:
    """Keep a new passkey of a member (RegistrationResponseJSON).

    Raises Problem 400 `wrong_passkey`, IntegrityError when the passkey is somebody's already.
    """
    with _refusing():
        credential = parse_registration_credential_json(dict(sent))
        client_data = credential.response.client_data_json
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=_taken_challenge(client_data, _registering(user)),
            expected_rp_id=relying_party().host,
            expected_origin=relying_party().origins,
        )
        columns = _columns(verified)
    by = Actor(user.pk)
    transports = [transport.value for transport in credential.response.transports or ()]
    with changes.together():
        passkey = changes.create(
            Passkey, by=by, user=user, name=name, transports=transports, **columns
        )
        record_event(user, EventKind.FACTOR_ADDED, by=by, caller=caller, passkey=name)
    return passkey


def sign_in_options() -> dict[str, object]:
    """Return what `navigator.credentials.get()` takes (PublicKeyCredentialRequestOptionsJSON)."""
    options = generate_authentication_options(
        rp_id=relying_party().host,
        challenge=_new_challenge(SIGN_IN),
        timeout=CHALLENGE_SECONDS * 1000,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options)


def shown_passkey(sent: Mapping[str, object], *, caller: Caller) -> Shown:
    """Find the member who shows a passkey (AuthenticationResponseJSON).

    Raises Problem 400 `wrong_passkey` whatever is wrong with it.
    """
    with _refusing():
        credential = parse_authentication_credential_json(dict(sent))
        challenge = _taken_challenge(credential.response.client_data_json, SIGN_IN)
        passkey = _passkey(credential.raw_id)
        if credential.response.user_handle != passkey.user_id.bytes:
            raise wrong_passkey()
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party().host,
            expected_origin=relying_party().origins,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            # `_note_use` compares the counter, once the signature is known to be right.
            credential_current_sign_count=0,
        )
    _note_use(passkey, verified, caller)
    return Shown(passkey.user, verified.user_verified)


def wrong_passkey() -> Problem:
    """Say that a passkey is no good, and not why."""
    return Problem(400, "wrong_passkey", _("This passkey can't be used here. Try again."))


def _columns(verified: VerifiedRegistration) -> dict[str, object]:
    """Return the columns of a registered credential; raises what `MALFORMED` names."""
    credential_id = bytes_to_base64url(verified.credential_id)
    if len(credential_id) > LONGEST_ID:
        raise ValueError("The credential's id is longer than what can be kept")
    # A key that is none would only be noticed at the first sign-in.
    decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    return {
        "credential_id": credential_id,
        "public_key": bytes_to_base64url(verified.credential_public_key),
        "sign_count": verified.sign_count,
        "is_backed_up": verified.credential_backed_up,
    }


def _passkey(raw_id: bytes) -> Passkey:
    usable = Passkey.objects.select_related("user").filter(user__is_active=True)
    passkey = usable.filter(credential_id=bytes_to_base64url(raw_id)).first()
    if passkey is None:
        raise wrong_passkey()
    return passkey


def _note_use(passkey: Passkey, verified: VerifiedAuthentication, caller: Caller) -> None:
    """Keep the counter; one that did not grow tells of a copy (WebAuthn, 6.1.1), refused by 400."""
    count = verified.new_sign_count
    with changes.together():
        known = changes.locked(passkey)
        is_copy = max(count, known.sign_count) > 0 and count <= known.sign_count
        if is_copy:
            record_event(
                known.user,
                EventKind.SIGN_IN_FAILED,
                by=SYSTEM,
                caller=caller,
                passkey=known.name,
                reason="counter_went_back",
            )
        else:
            changes.update(
                known,
                by=Actor(known.user_id),
                sign_count=count,
                is_backed_up=verified.credential_backed_up,
                last_used_at=timezone.now(),
            )
    if is_copy:
        raise wrong_passkey()


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        id=base64url_to_bytes(passkey.credential_id),
        transports=[AuthenticatorTransport(name) for name in passkey.transports],
    )


def _registering(user: User) -> str:
    return f"register:{user.pk}"


def _new_challenge(purpose: str) -> bytes:
    challenge = generate_challenge()
    cache.set(_key(challenge), purpose, CHALLENGE_SECONDS)
    return challenge


def _taken_challenge(client_data: bytes, purpose: str) -> bytes:
    """Take the challenge that a credential answers; raises Problem 400 unless it was ours to it."""
    answered = orjson.loads(client_data)
    challenge = base64url_to_bytes(answered["challenge"])
    if answered.get("crossOrigin") or cache.get(_key(challenge)) != purpose:
        raise wrong_passkey()
    if not cache.delete(_key(challenge)):  # of two at once, one deletes it
        raise wrong_passkey()
    return challenge


def _key(challenge: bytes) -> str:
    return f"passkey:{sha256(challenge).hexdigest()}"


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except MALFORMED:
        raise wrong_passkey() from None
