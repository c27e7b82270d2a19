"""Signing in by a passkey, and passkeys that sign nobody in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
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
    new_key,
    text,
)
from tests.users.factors.ways_in import App, add_passkey, show_code, show_passkey
from users.models import AccountEvent, EventKind, Passkey, Session

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.client import Response
    from tests.personas import Persona


def is_refused(answer: Response) -> bool:
    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 400:
        assert answer.json()["code"] == "wrong_passkey"
        assert "access" not in answer.json()
    return bool(answer.status_code == 400)


def options() -> JsonObject:
    asked: JsonObject = Api().post("auth/passkeys/sign-in/options").json()
    return asked


def test_alice_can_sign_in_by_a_passkey(alice: Persona, passkey: Authenticator) -> None:
    answer = show_passkey(passkey)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["user"]["username"] == "alice"
    assert Api(answer.json()["access"]).get("users/me").json()["id"] == alice.id
    assert Session.objects.latest("created_at").method == "passkey"
    assert Passkey.objects.get().last_used_at is not None


def test_the_options_tell_nothing_about_accounts(
    db: None, alice: Persona, passkey: Authenticator
) -> None:
    asked = options()
    assert asked == {
        "challenge": asked["challenge"],
        "timeout": 300_000,
        "rpId": "localhost",
        "allowCredentials": [],
        "userVerification": "preferred",
    }
    assert asked["challenge"] != options()["challenge"]


def test_a_passkey_that_knows_its_member_is_both_factors(app: App, passkey: Authenticator) -> None:
    assert show_passkey(passkey).status_code == 200


def test_a_passkey_that_anybody_can_use_is_the_first_factor(
    alice: Persona, app: App, passkey: Authenticator
) -> None:
    passkey.flags = PRESENT
    answer = show_passkey(passkey)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed")
    signed_in = show_code(answer.json()["challenge"], app.next_code())
    assert signed_in.status_code == 200
    assert Session.objects.latest("created_at").method == "passkey+totp"


def test_a_passkey_that_anybody_can_use_is_enough_without_an_app(
    alice: Persona, passkey: Authenticator
) -> None:
    passkey.flags = PRESENT
    assert show_passkey(passkey).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"host": "evil.example"},
        {"flags": VERIFIED},
        {"flags": PRESENT | VERIFIED | IS_BACKED_UP},
        {"key": new_key()},
        {"credential_id": b"unknown"},
        {"user_handle": b""},
        {"user_handle": UUID(int=0).bytes},
        {"more_client_data": {"type": "webauthn.create"}},
        {"more_client_data": {"crossOrigin": True}},
        {"more_client_data": {"challenge": text(bytes(64))}},
        {"more_client_data": {"challenge": None}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_nobody_can_sign_in_by_a_passkey_that_is_wrong(
    alice: Persona, passkey: Authenticator, changed: dict[str, object]
) -> None:
    right = {name: getattr(passkey, name) for name in changed}
    vars(passkey).update(changed)
    assert is_refused(show_passkey(passkey))
    assert Passkey.objects.get().last_used_at is None
    vars(passkey).update(right)
    assert not is_refused(show_passkey(passkey))


@pytest.mark.parametrize("name", ["signature", "authenticatorData", "clientDataJSON"])
def test_nobody_can_sign_in_by_what_was_changed_on_its_way(
    passkey: Authenticator, name: str
) -> None:
    shown = passkey.get(options())
    changed = bytearray(data(shown["response"][name]))
    changed[-2] ^= 1
    shown["response"][name] = text(bytes(changed))
    assert is_refused(Api().post("auth/passkeys/sign-in", {"credential": shown}))


@pytest.mark.parametrize(
    "changed",
    [
        {"clientDataJSON": "e30"},
        {"clientDataJSON": text(b"[" * 100_000)},
        {"clientDataJSON": text(b"\xff")},
        {"authenticatorData": ""},
        {"signature": ""},
        {"signature": None},
        {"userHandle": 7},
        {"userHandle": "é"},
        {"userHandle": None},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_nobody_can_sign_in_by_nonsense(passkey: Authenticator, changed: dict[str, object]) -> None:
    shown = passkey.get(options())
    shown["response"] |= changed
    assert is_refused(Api().post("auth/passkeys/sign-in", {"credential": shown}))


@pytest.mark.parametrize("credential", [{}, {"id": "\x00", "rawId": "\x00"}, {"response": []}])
def test_nobody_can_sign_in_by_less_than_nonsense(db: None, credential: dict[str, object]) -> None:
    assert is_refused(Api().post("auth/passkeys/sign-in", {"credential": credential}))


@pytest.mark.parametrize("body", [{}, {"credential": "x"}, [], None])
def test_a_credential_must_be_sent(db: None, body: object) -> None:
    assert Api().post("auth/passkeys/sign-in", body).json()["code"] == "invalid"


def test_what_was_shown_once_can_not_be_shown_again(passkey: Authenticator) -> None:
    asked = options()
    shown = passkey.get(asked)
    assert not is_refused(Api().post("auth/passkeys/sign-in", {"credential": shown}))
    assert is_refused(Api().post("auth/passkeys/sign-in", {"credential": shown}))
    assert is_refused(show_passkey(passkey, asked))


def test_a_challenge_for_adding_signs_nobody_in(alice: Persona, passkey: Authenticator) -> None:
    asked = alice.api.post("auth/passkeys/options").json()
    assert is_refused(show_passkey(passkey, asked))


def test_bob_cannot_pass_his_passkey_off_as_alices(
    alice: Persona, passkey: Authenticator, bob: Persona
) -> None:
    his = Authenticator()
    assert add_passkey(bob, his).status_code == 201
    his.user_handle = passkey.user_handle
    assert is_refused(show_passkey(his))
    his.credential_id = passkey.credential_id
    assert is_refused(show_passkey(his))
    his.user_handle = UUID(bob.id).bytes
    assert is_refused(show_passkey(his))


def test_a_counter_that_goes_back_tells_of_a_copy(alice: Persona, passkey: Authenticator) -> None:
    for counter in (1, 5):
        passkey.counter = counter
        assert not is_refused(show_passkey(passkey))
    for counter in (5, 4, 0):
        passkey.counter = counter
        assert is_refused(show_passkey(passkey))
    assert Passkey.objects.get().sign_count == 5
    failures = AccountEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED, user=alice.user)
    assert [failure.detail for failure in failures] == [
        {"passkey": "Laptop", "reason": "counter_went_back"}
    ] * 3
    passkey.counter = 6
    assert not is_refused(show_passkey(passkey))


def test_nobody_can_tell_of_a_copy_without_the_key(passkey: Authenticator) -> None:
    passkey.counter = 5
    assert not is_refused(show_passkey(passkey))
    passkey.counter, passkey.key = 1, new_key()
    assert is_refused(show_passkey(passkey))
    assert not AccountEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED).exists()


def test_a_passkey_without_a_counter_can_be_used_again(passkey: Authenticator) -> None:
    assert not is_refused(show_passkey(passkey))
    passkey.flags |= CAN_BE_BACKED_UP | IS_BACKED_UP
    assert not is_refused(show_passkey(passkey))
    assert Passkey.objects.get().is_backed_up


def test_alice_cannot_sign_in_while_barred_or_closed(
    alice: Persona, passkey: Authenticator
) -> None:
    assert alice.user is not None
    changes.update(alice.user, by=SYSTEM, barred_until=timezone.now() + timedelta(days=1))
    for flags in (PRESENT | VERIFIED, PRESENT):
        passkey.flags = flags
        barred = show_passkey(passkey)
        assert (barred.status_code, barred.json()["code"]) == (403, "barred")
    changes.update(alice.user, by=SYSTEM, barred_until=None, is_active=False)
    assert is_refused(show_passkey(passkey))
    assert Session.objects.filter(user=alice.user).count() == 1
