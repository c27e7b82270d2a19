"""Stepping up: proving again who one is before risky actions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from tests.users.factors.authenticator import PRESENT, Authenticator
from tests.users.factors.ways_in import (
    SECRET,
    App,
    Clock,
    add_passkey,
    challenge_of,
    give_password,
    show_code,
    turn_on_app,
)
from users.models import AccountEvent, EventKind, Proof, Purpose, Session
from users.services.proofs import ask_for_proof, issue_code
from users.services.sessions import session_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona


def grow_stale(persona: Persona) -> None:
    """Let eleven minutes pass since the member last proved who they are."""
    long_ago = timezone.now() - timedelta(minutes=11)
    session = session_of(persona.actor)
    changes.update(session, by=SYSTEM, authenticated_at=long_ago)


def is_fresh(persona: Persona) -> bool:
    """Ask for something risky that changes nothing."""
    answer = persona.api.post("auth/passkeys/options")
    assert answer.status_code == 200 or answer.json()["code"] == "step_up_needed"
    return bool(answer.status_code == 200)


def step_up(persona: Persona, **sent: object) -> Any:
    return persona.api.post("auth/step-up", sent)


def shown(authenticator: Authenticator) -> JsonObject:
    return authenticator.get(Api().post("auth/passkeys/sign-in/options").json())


def mailed(address: str, purpose: Purpose = Purpose.SIGN_IN) -> tuple[Proof, str]:
    """Ask for a code by mail; returns its proof and the code in the mail."""
    proof = ask_for_proof(purpose, address)
    return proof, issue_code(proof)[0]


@pytest.fixture
def stale(alice: Persona) -> Persona:
    """Set a password for alice, and a session in which she has not used it for long."""
    give_password(alice)
    grow_stale(alice)
    return alice


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "auth/totp"),
        ("delete", "auth/totp"),
        ("post", "auth/totp/recovery-codes"),
        ("post", "auth/passkeys/options"),
    ],
)
def test_risky_actions_need_a_fresh_proof(stale: Persona, method: str, path: str) -> None:
    answer = getattr(stale.api, method)(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    assert step_up(stale, password=SECRET).status_code == 204
    again = getattr(stale.api, method)(path)
    assert again.status_code in (200, 204) or again.json()["code"] == "no_factor"


def test_alice_can_step_up_by_her_password(stale: Persona) -> None:
    assert not is_fresh(stale)
    answer = step_up(stale, password=SECRET)
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_fresh(stale)
    event = AccountEvent.objects.get(kind=EventKind.STEPPED_UP)
    assert (event.session_id, event.detail) == (stale.actor.session_id, {"method": "password"})


def test_stepping_up_is_for_one_session(stale: Persona) -> None:
    other = Api().post("auth/token", {"identity": "alice", "password": SECRET}).json()["access"]
    session = Session.objects.latest("created_at")
    changes.update(session, by=SYSTEM, authenticated_at=timezone.now() - timedelta(hours=1))
    assert step_up(stale, password=SECRET).status_code == 204
    assert Api(other).post("auth/passkeys/options").status_code == 403


def test_a_proof_grows_stale_again(stale: Persona, settings: Settings) -> None:
    assert step_up(stale, password=SECRET).status_code == 204
    settings.STEP_UP_MINUTES = 0
    assert not is_fresh(stale)


def test_the_password_is_guessed_no_more_often_than_at_sign_in(stale: Persona) -> None:
    for _number in range(5):
        wrong = step_up(stale, password="wrong")
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "wrong_password")
    for right in (
        step_up(stale, password=SECRET),
        stale.api.post("auth/password-change", {"current": SECRET, "password": "another horse 9"}),
        Api().post("auth/token", {"identity": "alice", "password": SECRET}),
    ):
        assert (right.status_code, right.json()["code"]) == (429, "throttled")
    assert not is_fresh(stale)


def test_guessing_at_the_password_change_is_held_up(stale: Persona) -> None:
    for _number in range(5):
        sent = {"current": "wrong", "password": "another horse 9"}
        wrong = stale.api.post("auth/password-change", sent)
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "current")
    right = {"current": SECRET, "password": "another horse 9"}
    assert stale.api.post("auth/password-change", right).status_code == 429


def test_a_right_password_is_forgiven(stale: Persona) -> None:
    for _round in range(3):
        for _number in range(4):
            assert step_up(stale, password="wrong").status_code == 400
        assert step_up(stale, password=SECRET).status_code == 204


def test_with_an_app_the_password_is_not_enough(alice: Persona, app: App) -> None:
    grow_stale(alice)
    for password in (SECRET, "wrong"):
        answer = step_up(alice, password=password)
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
        assert answer.json()["factors"] == ["totp", "recovery_code"]
    assert not is_fresh(alice)
    assert step_up(alice, code=app.wrong_code()).json()["code"] == "wrong_code"
    assert not is_fresh(alice)
    assert step_up(alice, code=app.next_code()).status_code == 204
    assert is_fresh(alice)


def test_a_code_that_signed_in_steps_nobody_up(alice: Persona, app: App) -> None:
    grow_stale(alice)
    code = app.next_code()
    assert show_code(challenge_of(), code).status_code == 200
    assert step_up(alice, code=code).status_code == 400
    assert step_up(alice, code=app.recovery_codes[0]).status_code == 204
    assert step_up(alice, code=app.recovery_codes[0]).status_code == 400


def test_a_passkey_steps_up(alice: Persona, app: App, passkey: Authenticator) -> None:
    grow_stale(alice)
    answer = shown(passkey)
    assert step_up(alice, credential=answer).status_code == 204
    assert is_fresh(alice)
    assert step_up(alice, credential=answer).json()["code"] == "wrong_passkey"
    assert AccountEvent.objects.get(kind=EventKind.STEPPED_UP).detail == {"method": "passkey"}


def test_a_passkey_that_anybody_can_use_is_not_enough_with_an_app(
    alice: Persona, app: App, passkey: Authenticator
) -> None:
    grow_stale(alice)
    passkey.flags = PRESENT
    answer = step_up(alice, credential=shown(passkey))
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")
    alice_has_no_app(alice, app)
    assert step_up(alice, credential=shown(passkey)).status_code == 204


def alice_has_no_app(alice: Persona, app: App) -> None:
    assert step_up(alice, code=app.next_code()).status_code == 204
    assert alice.api.delete("auth/totp").status_code == 204
    grow_stale(alice)


def test_bobs_factors_do_not_step_alice_up(stale: Persona, bob: Persona, clock: Clock) -> None:
    his = Authenticator()
    assert add_passkey(bob, his).status_code == 201
    app = turn_on_app(bob, clock)
    assert step_up(stale, credential=shown(his)).json()["code"] == "wrong_passkey"
    assert step_up(stale, code=app.next_code()).json()["code"] == "wrong_code"
    assert not is_fresh(stale)


def test_a_member_with_nothing_else_steps_up_by_mail(alice: Persona) -> None:
    grow_stale(alice)
    proof, code = mailed("alice@example.com")
    assert step_up(alice, proof=str(proof.pk), code="00000000").json()["code"] == "wrong_code"
    assert step_up(alice, proof=str(proof.pk), code=code).status_code == 204
    assert is_fresh(alice)
    assert step_up(alice, proof=str(proof.pk), code=code).json()["code"] == "wrong_code"
    assert AccountEvent.objects.get(kind=EventKind.STEPPED_UP).detail == {"method": "email"}


def test_a_code_mailed_to_bob_or_for_something_else_does_not_do(
    alice: Persona, bob: Persona
) -> None:
    grow_stale(alice)
    his, his_code = mailed("bob@example.com")
    assert step_up(alice, proof=str(his.pk), code=his_code).json()["code"] == "wrong_code"
    reset, reset_code = mailed("alice@example.com", Purpose.RESET)
    assert step_up(alice, proof=str(reset.pk), code=reset_code).json()["code"] == "wrong_code"
    assert not is_fresh(alice)
    his.refresh_from_db()
    assert his.used_at is None


def test_mail_is_not_enough_where_there_is_a_password_or_an_app(
    stale: Persona, clock: Clock
) -> None:
    proof, code = mailed("alice@example.com")
    answer = step_up(stale, proof=str(proof.pk), code=code)
    assert (answer.status_code, answer.json()["code"]) == (403, "password_needed")
    assert step_up(stale, password=SECRET).status_code == 204
    turn_on_app(stale, clock)
    answer = step_up(stale, proof=str(proof.pk), code=code)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"password": SECRET, "code": "123456"},
        {"proof": "0190163d-8694-739b-aea5-966c26f8ad90"},
        {"proof": "x", "code": "123456"},
        {"credential": "x"},
    ],
)
def test_one_way_must_be_sent(stale: Persona, sent: dict[str, object]) -> None:
    answer = step_up(stale, **sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_server_or_a_stranger_cannot_step_up(stale: Persona, anonymous: Persona) -> None:
    assert step_up(stale, password=SECRET).status_code == 204
    key = stale.creates("auth/api-keys", name="bot", scopes=["*:write"])["secret"]
    for api in (anonymous.api, Api(key)):
        assert api.post("auth/step-up", {"password": SECRET}).status_code == 401
