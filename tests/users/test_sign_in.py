"""Signing in by address or name, and guessing."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache

from resources import changes
from resources.actors import SYSTEM
from resources.ids import new_id
from tests.client import Api
from tests.users.conftest import IMMEDIATELY
from users.models import AccountEvent, User, address
from users.services import login_throttle
from users.services.accounts import change_password, register_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

SECRET = "a correct horse 9"
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.{}"


@pytest.fixture
def dana(db: None) -> User:
    user = register_member(by=SYSTEM, email="Dana@Example.com", username="Dana")
    change_password(user, SECRET)
    return user


def sign_in(identity: str, password: str = SECRET, *, place: str = HOME) -> Any:
    sent = {"identity": identity, "password": password}
    return Api().client.post(
        "/api/v1/auth/token", sent, content_type="application/json", REMOTE_ADDR=place
    )


@pytest.mark.parametrize("identity", ["dana@example.com", "DANA@example.com", "dana", "Dana"])
def test_dana_can_sign_in_by_address_or_name(dana: User, identity: str) -> None:
    response = sign_in(identity)
    assert response.status_code == 200, response.content
    assert response.json()["user"]["username"] == "Dana"
    assert response["Cache-Control"] == "no-store"
    assert Api(response.json()["access"]).get("users/me").json()["email"] == "dana@example.com"


def test_a_stranger_cannot_tell_who_has_an_account(dana: User) -> None:
    changes.create(
        User, by=SYSTEM, **address("e@x.org"), username="eve", password="!", is_active=False
    )
    answers = []
    for identity in ("dana", "dana@example.com", "nobody", "nobody@example.com", "eve"):
        response = sign_in(identity, "wrong")
        assert response.status_code == 401
        answers.append({**response.json(), "request_id": ""})
    assert answers[0]["code"] == "wrong_credentials"
    assert all(answer == answers[0] for answer in answers)


def test_an_unknown_account_costs_as_much_time_as_a_wrong_password(
    dana: User, settings: Settings
) -> None:
    """With the real hash, whose cost is most of a sign-in's: medians of interleaved tries."""
    settings.PASSWORD_HASHERS = ["users.passwords.QuietArgon2"]
    settings.GUESSES_PER_PLACE = settings.GUESSES_PER_ACCOUNT = 1000
    change_password(dana, SECRET)
    times: dict[str, list[float]] = {"dana": [], "nobody": []}
    for _number in range(15):
        for identity, taken in times.items():
            start = perf_counter()
            sign_in(identity, "wrong")
            taken.append(perf_counter() - start)
    known, unknown = median(times["dana"]), median(times["nobody"])
    assert 0.5 < known / unknown < 2


def test_dana_cannot_sign_in_to_a_closed_account(dana: User) -> None:
    token = sign_in("dana").json()
    changes.update(dana, by=SYSTEM, is_active=False)
    assert sign_in("dana").json()["code"] == "wrong_credentials"
    assert Api(token["access"]).get("users/me").status_code == 401
    refreshed = Api().post("auth/token/refresh", {"refresh": token["refresh"]})
    assert refreshed.status_code == 401


def test_one_place_cannot_ask_for_ever(dana: User, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"auth": "3/min"}
    answers = [sign_in(f"name{number}", "wrong") for number in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[0]["RateLimit-Limit"] == "3"
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]


@pytest.mark.parametrize("identity", ["dana", "nobody"])
def test_one_place_cannot_go_on_guessing(dana: User, identity: str) -> None:
    answers = [sign_in(identity, "wrong").status_code for _number in range(6)]
    assert answers == [401] * 5 + [429]
    assert sign_in(identity).status_code == 429, "not even the right password tells it is right"


def test_many_places_cannot_go_on_guessing_but_the_owner_gets_in(
    dana: User, settings: Settings
) -> None:
    settings.GUESSES_PER_ACCOUNT = 8
    assert sign_in("dana").status_code == 200  # home is a known place from now on
    guesses = [
        sign_in("dana", "wrong", place=ELSEWHERE.format(number)).status_code for number in range(12)
    ]
    assert guesses == [401] * 8 + [429] * 4
    assert sign_in("dana", place=ELSEWHERE.format(99)).status_code == 429
    assert sign_in("dana").status_code == 200, "the owner is not locked out"


def test_a_name_and_the_address_of_one_account_are_guessed_at_together(
    dana: User, settings: Settings
) -> None:
    settings.GUESSES_PER_PLACE = 4
    tries = ["dana", "dana@example.com", "DANA", "Dana@Example.com", "dana"]
    assert [sign_in(who, "wrong").status_code for who in tries] == [401] * 4 + [429]


def test_the_right_password_forgives_what_was_mistyped(dana: User) -> None:
    for _round in range(3):
        for _number in range(4):
            assert sign_in("dana", "wrong").status_code == 401
        assert sign_in("dana").status_code == 200


def test_failures_are_in_the_members_account_activity(dana: User, settings: Settings) -> None:
    settings.TASKS = IMMEDIATELY
    sign_in("dana", "wrong", place=ELSEWHERE.format(1))
    token = sign_in("dana").json()["access"]
    seen = Api(token).get("auth/events").json()["results"]
    assert [(event["kind"], event["address"]) for event in seen[:2]] == [
        ("signed_in", HOME),
        ("sign_in_failed", ELSEWHERE.format(1)),
    ]
    assert AccountEvent.objects.get(kind="signed_in").detail == {"method": "password"}


@pytest.mark.parametrize("body", [{}, {"identity": "dana"}, [], "dana", None])
def test_dana_cannot_sign_in_without_saying_who_and_how(dana: User, body: object) -> None:
    assert Api().post("auth/token", body).status_code == 400


@pytest.mark.backends
def test_an_attempt_counts_although_another_sign_in_clears_the_count_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cleared: list[str] = []

    def incr(counter: str) -> int:
        if not cleared:
            cleared.append(counter)
            cache.delete(counter)
        return cache.incr(counter)

    counting = SimpleNamespace(add=cache.add, incr=incr)
    monkeypatch.setattr(login_throttle, "cache", counting)
    login_throttle.consume_code_attempt(User(pk=new_id()))
    assert cache.get(cleared[0]) == 1
