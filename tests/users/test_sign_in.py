"""Signing in by address or name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api
from users.models import User
from users.services import register_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

SECRET = "a correct horse 9"


@pytest.fixture
def dana(db: None) -> User:
    return register_member(by=SYSTEM, email="Dana@Example.com", username="Dana", password=SECRET)


def sign_in(identity: str, password: str = SECRET) -> Any:
    return Api().post("auth/token", {"identity": identity, "password": password})


@pytest.mark.parametrize("identity", ["dana@example.com", "DANA@example.com", "dana", "Dana"])
def test_dana_can_sign_in_by_address_or_name(dana: User, identity: str) -> None:
    response = sign_in(identity)
    assert response.status_code == 200, response.content
    assert response.json()["user"]["username"] == "Dana"
    assert Api(response.json()["access"]).get("users/me").json()["email"] == "dana@example.com"


def test_a_stranger_cannot_tell_who_has_an_account(dana: User) -> None:
    changes.create(User, by=SYSTEM, email="e@x.org", username="eve", password="!", is_active=False)
    answers = []
    for identity in ("dana", "dana@example.com", "nobody", "nobody@example.com", "eve"):
        response = sign_in(identity, "wrong")
        assert response.status_code == 401
        answers.append({**response.json(), "request_id": ""})
    assert answers[0]["code"] == "wrong_credentials"
    assert all(answer == answers[0] for answer in answers)


def test_an_unknown_account_costs_as_much_time_as_a_wrong_password(
    dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda _user, password: hashed.append(password))
    sign_in("nobody", "wrong")
    assert hashed == ["wrong"]


def test_dana_cannot_sign_in_to_a_closed_account(dana: User) -> None:
    token = sign_in("dana").json()
    changes.update(dana, by=SYSTEM, is_active=False)
    assert sign_in("dana").json()["code"] == "wrong_credentials"
    assert Api(token["access"]).get("users/me").status_code == 401
    refreshed = Api().post("auth/token/refresh", {"refresh": token["refresh"]})
    assert refreshed.status_code == 401


def test_nobody_can_try_passwords_for_ever(dana: User, settings: Settings) -> None:
    settings.THROTTLE_RATES = {"write": "off", "auth": "3/min"}
    answers = [sign_in("dana", "wrong") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize("body", [{}, {"identity": "dana"}, [], "dana", None])
def test_dana_cannot_sign_in_without_saying_who_and_how(dana: User, body: Any) -> None:
    assert Api().post("auth/token", body).status_code == 400
