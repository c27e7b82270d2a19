"""Adding a passkey, looking at one's passkeys, and passkeys that are refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from tests.users.factors.authenticator import (
    CAN_BE_BACKED_UP,
    IS_BACKED_UP,
    PRESENT,
    VERIFIED,
    Authenticator,
    data,
    text,
)
from tests.users.factors.ways_in import add_passkey, show_passkey
from users.models import AccountEvent, EventKind, Passkey, Session

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.personas import Persona

OFF_THE_CURVE = {1: 2, 3: -7, -1: 1, -2: bytes(31) + b"\x01", -3: bytes(31) + b"\x01"}


def refused(answer: Response) -> bool:
    told = (answer.status_code, answer.json().get("code"))
    assert told in ((400, "wrong_passkey"), (201, None)), answer.content
    return bool(answer.status_code == 400)


def test_alice_can_add_a_passkey_and_see_it(alice: Persona, bob: Persona) -> None:
    backed_up = PRESENT | VERIFIED | CAN_BE_BACKED_UP | IS_BACKED_UP
    answer = add_passkey(alice, Authenticator(flags=backed_up), name="Phone")
    assert answer.status_code == 201, answer.content
    record = answer.json()
    assert set(record) == {"id", "user", "name", "is_backed_up", "last_used_at", "created_at"}
    assert (record["user"], record["name"], record["is_backed_up"]) == (alice.id, "Phone", True)
    assert alice.api.get("auth/passkeys").json()["results"] == [record]
    assert alice.api.get(f"auth/passkeys/{record['id']}")["ETag"] == answer["ETag"]
    assert bob.api.get(f"auth/passkeys/{record['id']}").status_code == 404
    assert Passkey.objects.get().transports == ["internal"]
    event = AccountEvent.objects.get(kind=EventKind.FACTOR_ADDED)
    assert (str(event.user_id), event.detail) == (alice.id, {"passkey": "Phone"})


def test_the_options_are_what_browsers_take(alice: Persona, passkey: Authenticator) -> None:
    options = alice.api.post("auth/passkeys/options").json()
    assert options["rp"] == {"id": "localhost", "name": "Holobase"}
    assert options["user"] == {
        "id": text(UUID(alice.id).bytes),
        "name": "alice",
        "displayName": "Alice",
    }
    assert len(data(options["challenge"])) >= 32
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "preferred",
    }
    assert options["excludeCredentials"] == [
        {"id": text(passkey.credential_id), "type": "public-key", "transports": ["internal"]}
    ]
    assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
    assert options["attestation"] == "none"


def test_alice_can_rename_and_remove_a_passkey(alice: Persona, passkey: Authenticator) -> None:
    [record] = alice.api.get("auth/passkeys").json()["results"]
    renamed = alice.api.patch(f"auth/passkeys/{record['id']}", {"name": "Desk"})
    assert renamed.json()["name"] == "Desk"
    assert alice.api.delete(f"auth/passkeys/{record['id']}").status_code == 204
    assert AccountEvent.objects.filter(kind=EventKind.FACTOR_REMOVED).count() == 1
    assert show_passkey(passkey).json()["code"] == "wrong_passkey"


def test_adding_one_needs_a_fresh_proof_of_who_it_is(alice: Persona, anonymous: Persona) -> None:
    key = alice.creates("auth/api-keys", name="bot", scopes=["*:write", "*:read"])["secret"]
    session = Session.objects.get(user=alice.user)
    long_ago = timezone.now() - timedelta(minutes=11)
    changes.update(session, by=SYSTEM, authenticated_at=long_ago)
    stale = alice.api.post("auth/passkeys/options")
    assert (stale.status_code, stale.json()["code"]) == (403, "step_up_needed")
    assert anonymous.api.post("auth/passkeys/options").status_code == 401
    assert add_passkey_blindly(anonymous.api).status_code == 401
    assert Api(key).post("auth/passkeys/options").status_code == 401
    assert add_passkey_blindly(Api(key)).status_code == 401


def add_passkey_blindly(api: Api) -> Any:
    return api.post("auth/passkeys/register", {"name": "x", "credential": {}})


@pytest.mark.parametrize(
    "authenticator",
    [
        Authenticator(origin="https://evil.example"),
        Authenticator(origin="http://localhost"),
        Authenticator(origin="http://localhost:8000.evil.example"),
        Authenticator(host="evil.example"),
        Authenticator(flags=VERIFIED),
        Authenticator(flags=PRESENT | IS_BACKED_UP),
        Authenticator(public_key=OFF_THE_CURVE),
        Authenticator(public_key={1: 2}),
        Authenticator(public_key={1: 2, 3: -47, -1: 1, -2: bytes(32), -3: bytes(32)}),
        Authenticator(credential_id=b""),
        Authenticator(credential_id=bytes(500)),
        Authenticator(more_client_data={"crossOrigin": True}),
        Authenticator(more_client_data={"type": "webauthn.get"}),
        Authenticator(more_client_data={"challenge": text(bytes(64))}),
        Authenticator(more_client_data={"challenge": 7}),
    ],
    ids=lambda authenticator: str(
        {name: value for name, value in vars(authenticator).items() if name != "key"}
    )[:90],
)
def test_alice_cannot_add_a_passkey_that_was_made_elsewhere_or_is_none(
    alice: Persona, authenticator: Authenticator
) -> None:
    assert refused(add_passkey(alice, authenticator))
    assert not Passkey.objects.exists()
    assert not refused(add_passkey(alice, Authenticator()))


@pytest.mark.parametrize("credential", [{}, {"id": "x"}, {"id": 1}])
def test_alice_cannot_add_nonsense(alice: Persona, credential: dict[str, object]) -> None:
    sent = {"name": "x", "credential": credential}
    assert refused(alice.api.post("auth/passkeys/register", sent))


@pytest.mark.parametrize(
    "changed", [{"clientDataJSON": "e30"}, {"clientDataJSON": "W10"}, {"attestationObject": "oA"}]
)
def test_alice_cannot_add_half_a_passkey(alice: Persona, changed: dict[str, str]) -> None:
    made = Authenticator().create(alice.api.post("auth/passkeys/options").json())
    made["response"] |= changed
    assert refused(alice.api.post("auth/passkeys/register", {"name": "x", "credential": made}))


@pytest.mark.parametrize("changed", [{"name": ""}, {"name": "x" * 81}, {"credential": "x"}])
def test_a_passkey_needs_a_name_and_a_credential(
    alice: Persona, changed: dict[str, object]
) -> None:
    answer = add_passkey(alice, Authenticator(), **changed)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["field"] == next(iter(changed))


def test_a_challenge_is_good_once(alice: Persona) -> None:
    options = alice.api.post("auth/passkeys/options").json()
    answers = [
        alice.api.post(
            "auth/passkeys/register",
            {"name": "x", "credential": Authenticator().create(options)},
        )
        for _number in range(2)
    ]
    assert [refused(answer) for answer in answers] == [False, True]
    assert Passkey.objects.count() == 1


def test_a_challenge_is_good_for_whom_and_what_it_was_made(alice: Persona, bob: Persona) -> None:
    his = bob.api.post("auth/passkeys/options").json()
    assert refused(register(alice, his))
    for_sign_in = alice.api.post("auth/passkeys/sign-in/options").json()
    assert refused(register(alice, his | {"challenge": for_sign_in["challenge"]}))
    assert not refused(register(bob, his))


def register(persona: Persona, options: dict[str, object]) -> Any:
    sent = {"name": "x", "credential": Authenticator().create(options)}
    return persona.api.post("auth/passkeys/register", sent)


def test_a_passkey_belongs_to_one_account(
    alice: Persona, passkey: Authenticator, bob: Persona
) -> None:
    again = add_passkey(bob, passkey)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert str(Passkey.objects.get().user_id) == alice.id
    assert not AccountEvent.objects.filter(user=bob.user, kind=EventKind.FACTOR_ADDED).exists()


def test_passkeys_are_bound_to_the_card_site_and_open_to_its_apps(
    alice: Persona, settings: Settings
) -> None:
    settings.SITE_URL = "https://Cards.example.com:443/holo"
    settings.PUBLIC_URL = "https://api.example.com:8443"
    settings.PASSKEY_ORIGINS = ["android:apk-key-hash:abc"]
    assert alice.api.post("auth/passkeys/options").json()["rp"]["id"] == "cards.example.com"
    site = "https://cards.example.com"
    for origin in (site, "https://api.example.com:8443", "android:apk-key-hash:abc"):
        assert not refused(
            add_passkey(alice, Authenticator(host="cards.example.com", origin=origin))
        )
    assert refused(add_passkey(alice, Authenticator(host="api.example.com", origin=site)))
    assert refused(add_passkey(alice, Authenticator()))
