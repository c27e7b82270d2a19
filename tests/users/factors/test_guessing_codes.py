"""Guessing codes of a second factor is held up."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from tests.client import Api
from tests.users.factors.ways_in import (
    App,
    Clock,
    challenge_of,
    give_password,
    show_code,
    show_passkey,
    turn_on_app,
)
from users.models import AccountEvent, EventKind
from users.services import login_throttle

if TYPE_CHECKING:
    import pytest

    from tests.personas import Persona
    from tests.users.factors.authenticator import Authenticator


def guess(app: App, times: int = 5) -> None:
    challenge = challenge_of()
    for _number in range(times):
        assert show_code(challenge, app.wrong_code()).json()["code"] == "wrong_code"


def test_after_five_wrong_codes_none_is_right(alice: Persona, app: App) -> None:
    guess(app)
    for code in (app.next_code(), app.recovery_codes[0]):
        held_up = show_code(challenge_of(), code)
        assert (held_up.status_code, held_up.json()["code"]) == (429, "throttled")
        assert held_up["Retry-After"] == "900"
    failed = AccountEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED, user=alice.user)
    assert failed.count() == 5
    assert failed[0].detail == {"factor": "totp"}


def test_a_second_challenge_gives_no_further_guesses(alice: Persona, app: App) -> None:
    for _number in range(5):
        guess(app, 1)
    assert show_code(challenge_of(), app.next_code()).status_code == 429
    assert alice.api.post("auth/step-up", {"code": app.next_code()}).status_code == 429


def test_guessing_is_over_after_a_quarter_of_an_hour(
    alice: Persona, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_throttle, "WINDOW", 1)
    guess(app)
    sleep(1.1)
    assert show_code(challenge_of(), app.next_code()).status_code == 200


def test_right_codes_are_not_counted(alice: Persona, app: App) -> None:
    guess(app, 4)
    for _number in range(7):
        assert show_code(challenge_of(), app.next_code()).status_code == 200
    guess(app, 1)
    assert show_code(challenge_of(), app.next_code()).status_code == 429


def test_a_stranger_cannot_hold_up_alice(alice: Persona, app: App) -> None:
    stranger = Api()
    stranger.client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    code = app.wrong_code()
    for _number in range(8):
        stranger.post("auth/token", {"identity": "alice", "password": "wrong"})
        challenge = {"challenge": "nonsense", "code": code}
        assert stranger.post("auth/token/second-factor", challenge).status_code == 401
        assert stranger.post("auth/step-up", {"code": code}).status_code == 401
    assert show_code(challenge_of(), app.next_code()).status_code == 200


def test_bobs_guesses_do_not_hold_up_alice(
    alice: Persona, app: App, bob: Persona, clock: Clock
) -> None:
    give_password(bob)
    his = turn_on_app(bob, clock)
    challenge = challenge_of("bob")
    for _number in range(6):
        show_code(challenge, his.wrong_code())
    assert show_code(challenge, his.next_code()).status_code == 429
    assert show_code(challenge_of(), app.next_code()).status_code == 200


def test_a_passkey_is_a_way_in_while_codes_are_held_up(
    alice: Persona, app: App, passkey: Authenticator
) -> None:
    guess(app)
    assert show_passkey(passkey).status_code == 200
