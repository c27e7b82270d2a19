"""Limits: by member, by network address, by cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from resources.errors import Problem
from resources.http.throttles import consume_quota, read_rate
from resources.query.cost import MOST_POINTS
from resources.query.parsing import list_query
from resources.registry import resource_of
from tests.client import Api
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

CARDS = resource_of(Card)


def test_a_member_is_limited_wherever_they_write_from(
    alice: Persona, bob: Persona, settings: Settings
) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "2/min"}
    answers = [writes(alice, place) for place in ("192.0.2.1", "192.0.2.2", "192.0.2.3")]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert writes(bob, "192.0.2.1").status_code == 201


def test_trust_gives_more_room(alice: Persona, settings: Settings) -> None:
    assert alice.user is not None
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "1/min"}
    changes.update(alice.user, by=SYSTEM, trust_level=2)
    answers = [writes(alice, "192.0.2.1").status_code for _number in range(4)]
    assert answers == [201, 201, 201, 429]


def writes(persona: Persona, place: str) -> Any:
    sent = {"title": "x"}
    return persona.api.client.post(
        "/api/v1/cards", sent, content_type="application/json", REMOTE_ADDR=place
    )


def test_an_address_is_limited_whoever_writes_from_it(db: None, settings: Settings) -> None:
    """It has room for five members: they may share a household or an office."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "2/min"}
    members = [new_member(f"member{number}") for number in range(6)]
    answers = [writes(member, "192.0.2.1") for member in members for _again in range(2)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 2
    assert writes(members[5], "192.0.2.9").status_code == 429, "the refused counted, too"


def test_a_batch_costs_as_much_as_its_writes(alice: Persona, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "5/min"}
    write = {"method": "POST", "path": "cards", "body": {"title": "x"}}
    first = alice.api.post("batch", {"requests": [write] * 4})
    assert (first.status_code, first["RateLimit-Remaining"]) == (200, "1")
    assert alice.api.post("batch", {"requests": [write] * 2}).status_code == 429


def test_costly_reads_are_counted_by_their_points_and_cheap_ones_are_not(
    anonymous: Persona, db: None, settings: Settings
) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"read": "100/min"}
    searched = anonymous.api.get("cards", search="dragon")
    assert searched["RateLimit-Remaining"] == str(100 - list_query(CARDS, "search=x").cost.points)
    scanned = [anonymous.api.get("cards", title__contains="x") for _again in range(3)]
    assert [answer.status_code for answer in scanned] == [200, 200, 429]
    assert scanned[-1].json()["code"] == "throttled"
    for _again in range(20):
        cheap = anonymous.api.get("cards", rarity="epic", sort="-like_count", expand="creator")
        assert (cheap.status_code, "RateLimit-Limit" in cheap) == (200, False)


def test_a_site_that_renders_for_everyone_can_be_trusted(
    anonymous: Persona, db: None, settings: Settings
) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"read": "50/min"}

    def searched(place: str) -> int:
        url = "/api/v1/cards?search=dragon&count=exact"
        status: int = anonymous.api.client.get(url, REMOTE_ADDR=place).status_code
        return status

    settings.TRUSTED_ADDRESSES = ["192.0.2.7", "2001:db8::/48"]
    for place in ("192.0.2.7", "2001:db8::7"):
        assert [searched(place) for _again in range(5)] == [200] * 5
    assert [searched("192.0.2.8") for _again in range(2)] == [200, 429]


def test_reads_have_a_budget_from_the_start() -> None:
    """A minute has room for a hundred searches from one place, and for six of the dearest reads."""
    rate = read_rate("3000/min")
    assert rate is not None
    assert rate.requests >= 100 * list_query(CARDS, "search=x").cost.points
    assert rate.requests <= 10 * MOST_POINTS


@pytest.mark.backends
def test_limits_are_counted_once_for_one_who_is_their_own_address() -> None:
    assert consume_quota("x", "a", "a", rate="3/min")["RateLimit-Remaining"] == "2"
    with pytest.raises(Problem):
        consume_quota("x", "a", rate="3/min", cost=9)


def test_anonymous_writes_are_counted_by_address(db: None, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "1/min"}
    assert [Api().post("cards", {}).status_code for _again in range(2)] == [401, 429]
