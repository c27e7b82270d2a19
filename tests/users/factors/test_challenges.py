"""Challenges: between the first factor and the second, and good for nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from resources.actors import SYSTEM
from tests.client import Api
from tests.users.factors.ways_in import (
    App,
    Clock,
    challenge_of,
    give_password,
    show_code,
    turn_on_app,
)
from users.models import Session
from users.services.sessions import end_sessions
from users.tokens import SecondFactorChallenge, challenge_for, token_pair

if TYPE_CHECKING:
    from tests.personas import Persona


def test_a_challenge_is_met_once(alice: Persona, app: App) -> None:
    challenge = challenge_of()
    assert show_code(challenge, app.wrong_code()).status_code == 400
    assert show_code(challenge, app.next_code()).status_code == 200
    for code in (app.next_code(), app.recovery_codes[0]):
        again = show_code(challenge, code)
        assert (again.status_code, again.json()["code"]) == (401, "not_signed_in")
    assert alice.api.get("auth/totp").json()["recovery_code_count"] == 10


def test_a_challenge_expires(alice: Persona, app: App) -> None:
    expired = SecondFactorChallenge(cast("Any", challenge_of()))
    expired.set_exp(lifetime=timedelta(seconds=-1))
    assert show_code(str(expired), app.next_code()).status_code == 401
    lasting = expired.payload["exp"] - expired.payload["iat"]
    assert lasting <= 300


def test_bobs_challenge_is_not_met_by_alices_code(
    alice: Persona, app: App, bob: Persona, clock: Clock
) -> None:
    give_password(bob)
    his = turn_on_app(bob, clock)
    code = app.next_code()
    assert show_code(challenge_of("bob"), code).status_code == 400
    met = show_code(challenge_of("bob"), his.next_code())
    assert met.json()["user"]["username"] == "bob"


def test_a_challenge_is_no_access_token(alice: Persona, app: App) -> None:
    challenge = challenge_of()
    assert Api(challenge).get("users/me").status_code == 401
    assert Api(challenge).get("cards").status_code == 401
    assert Api(challenge).post("auth/totp").status_code == 401
    assert Api().post("auth/token/refresh", {"refresh": challenge}).status_code == 401


def test_no_other_token_is_a_challenge(alice: Persona, app: App) -> None:
    assert alice.user is not None
    session = Session.objects.filter(user=alice.user).latest("created_at")
    pair = token_pair(session)
    head, claims, signature = challenge_of().split(".")
    forged = ".".join((head, claims, signature[::-1]))
    for token in (pair["access"], pair["refresh"], forged, f"{head}.{claims}.", "nonsense"):
        answer = show_code(token, app.next_code())
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), token


def test_a_challenge_ends_with_the_password_that_it_was_for(alice: Persona, app: App) -> None:
    assert alice.user is not None
    challenge = challenge_of()
    alice.user.refresh_from_db()
    end_sessions(alice.user, by=SYSTEM)
    assert show_code(challenge, app.next_code()).status_code == 401


def test_a_challenge_for_an_app_that_is_off_signs_nobody_in(alice: Persona, app: App) -> None:
    challenge = challenge_of()
    assert alice.api.delete("auth/totp").status_code == 204
    assert show_code(challenge, app.next_code()).status_code == 400


@pytest.mark.parametrize("body", [{}, {"challenge": "x"}, {"code": "123456"}, [], None])
def test_alice_cannot_leave_out_the_challenge_or_the_code(db: None, body: object) -> None:
    assert Api().post("auth/token/second-factor", body).status_code == 400


def test_the_first_factor_is_remembered_in_the_session(alice: Persona, app: App) -> None:
    assert alice.user is not None
    challenge = challenge_for(alice.user, "email")
    # Alice's row is older than her app, her sessions' epoch is not.
    assert show_code(challenge, app.next_code()).status_code == 200
    assert Session.objects.latest("created_at").method == "email+totp"
