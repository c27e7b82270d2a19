"""Queries that are refused: a network may have so much of them read, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from resources.http import futile_queries
from resources.query import list_query, parsing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings

    from tests.personas import Persona

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.1"
WRONG = "filter=" + quote(" || ".join(['title~"dragon"'] * 20 + ["nonsense"]))
RIGHT = "filter=" + quote(" || ".join([f'rarity="{name}"' for name in ("epic", "rare")] * 4))


@pytest.fixture(autouse=True)
def little_room(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow each network two wrong queries, and never more again."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"read": "3000/min"}
    monkeypatch.setattr(futile_queries, "LETTERS", 2 * len(WRONG))
    monkeypatch.setattr(futile_queries, "LETTERS_PER_SECOND", 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which queries are read, rather than refused unread or known."""
    found: list[str] = []
    reading: Callable[..., object] = list_query.read_list_query

    def noted(resource: object, parameters: object, rest: str = "") -> Any:
        found.append(rest)
        return reading(resource, parameters, rest)

    monkeypatch.setattr(parsing, "read_list_query", noted)
    return found


def statuses(persona: Persona, *queries: str, place: str = HOME) -> list[int]:
    client = persona.api.client
    return [client.get(f"/api/v1/cards?{q}", REMOTE_ADDR=place).status_code for q in queries]


def test_who_is_refused_over_and_over_is_refused_unread(
    anonymous: Persona, db: None, read: list[str]
) -> None:
    wrong = [f"{WRONG}{number}" for number in range(5)]
    assert statuses(anonymous, *wrong) == [400, 400, 429, 429, 429]
    assert len(read) == 2
    answer = anonymous.api.client.get(f"/api/v1/cards?{WRONG}6", REMOTE_ADDR=HOME)
    assert (answer.json()["code"], answer["Retry-After"]) == ("throttled", "1")


def test_others_and_what_is_short_or_known_are_answered(anonymous: Persona, db: None) -> None:
    assert statuses(anonymous, RIGHT) == [200]
    assert statuses(anonymous, *[f"{WRONG}{number}" for number in range(4)])[-1] == 429
    assert statuses(anonymous, RIGHT, "rarity=epic&limit=3") == [200, 200]
    assert statuses(anonymous, f"{RIGHT}&limit=3") == [429]
    assert statuses(anonymous, f"{RIGHT}&limit=3", place=ELSEWHERE) == [200]


def test_a_trusted_address_has_no_such_limit(
    anonymous: Persona, db: None, settings: Settings
) -> None:
    settings.TRUSTED_ADDRESSES = [HOME]
    assert statuses(anonymous, *[f"{WRONG}{number}" for number in range(5)]) == [400] * 5


def test_costly_queries_beyond_the_points_are_refused_unread(
    anonymous: Persona, db: None, settings: Settings, read: list[str]
) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"read": "100/min"}
    costly = "filter=" + quote(" || ".join(['title~"dragon"'] * 10)) + "&limit="
    found = statuses(anonymous, *[f"{costly}{number}" for number in range(1, 9)])
    assert set(found) == {429}
    assert 0 < len(read) < len(found)


def test_the_room_comes_back(anonymous: Persona, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert statuses(anonymous, *[f"{WRONG}{number}" for number in range(4)])[-1] == 429
    monkeypatch.setattr(futile_queries, "LETTERS_PER_SECOND", 10**9)
    assert statuses(anonymous, WRONG) == [400]
