"""One budget for all that a read can ask for, on lists, records and subscriptions alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from cards.models import Card
from realtime.topics import audience_of
from resources.actors import ANONYMOUS
from resources.errors import Problem
from resources.query.cost import CHEAP, MOST_POINTS, RANDOM
from resources.query.parsing import list_query
from resources.registry import resource_of

if TYPE_CHECKING:
    from tests.personas import Persona

CARDS = resource_of(Card)
PATTERN = 'title ~ "x"'
IDS = ",".join(f"01890a5d-ac96-774b-bcce-b302099a{number:04}" for number in range(50))


def points(**parameters: str) -> int:
    """Return what a list of cards costs."""
    return list_query(CARDS, urlencode(parameters)).cost.points


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"rarity": "epic", "sort": "-like_count", "expand": "creator,template"},
        {"like_count__gte": "10", "limit": "100"},
        {"creator__in": IDS},
        {"tags": "fire"},
    ],
)
def test_what_pages_of_a_site_ask_for_is_cheap(parameters: dict[str, str]) -> None:
    assert points(**parameters) <= CHEAP


@pytest.mark.parametrize(
    "parameters",
    [
        {"description": "Dragon"},
        {"title__contains": "x"},
        {"filter": PATTERN},
        {"filter": 'creator.username = "alice"'},
        {"filter": 'posts_via_card.text ?~ "x"'},
        {"filter": "like_count > view_count"},
        {"filter": "tags:length > 3"},
        {"filter": "effects.layers.0.depth > 2"},
        {"filter": 'strftime("%Y", created_at) = "2026"'},
        {"search": "dragon"},
        {"count": "exact"},
    ],
)
def test_what_scans_searches_counts_or_nests_is_not(parameters: dict[str, str]) -> None:
    assert CHEAP < points(**parameters) <= MOST_POINTS // 2


@pytest.mark.parametrize("order", ["@random", "@random:spring"])
def test_a_random_order_costs_the_same_with_a_seed(order: str) -> None:
    assert points(sort=order) == points() + RANDOM
    assert points(sort=f"{order},-like_count") == points(sort=order) + 1


def test_ids_to_fetch_at_once_are_cheap_up_to_a_hundred_and_cost_by_ten() -> None:
    ids = ",".join([f"01890a5d-ac96-774b-bcce-b302099a{number:04}" for number in range(200)])
    assert points(id__in=",".join(ids.split(",")[:100])) <= CHEAP
    assert points(id__in=ids) == points(id__in=",".join(ids.split(",")[:100])) + 10 > CHEAP


def test_two_ways_through_relations_cost_both() -> None:
    one = points(filter='posts_via_card.text = "x"')
    both = points(filter="posts_via_card.text = creator.username")
    assert both >= one + points(filter='creator.username = "x"') - 1


def test_a_count_costs_its_filter_again_and_a_pattern_its_length() -> None:
    assert points(filter=PATTERN, count="exact") > 2 * points(filter=PATTERN)
    assert points(filter=f'title ~ "{"x" * 1000}"') > points(filter=PATTERN) + 50


@pytest.mark.parametrize(
    ("parameters", "dearest"),
    [
        ({"filter": " || ".join([PATTERN] * 40)}, "filter"),
        (
            {"filter": f'title ~ "{"x" * 3400}" || description ~ "{"y" * 20}"', "count": "exact"},
            "count",
        ),
        ({"title__contains": "x" * 7000}, "title__contains"),
        ({"filter": " && ".join(['creator.username != "a"'] * 30)}, "filter"),
    ],
)
def test_what_costs_too_much_is_refused_and_named(
    anonymous: Persona, db: None, parameters: dict[str, str], dearest: str
) -> None:
    answer = anonymous.api.get("cards", **parameters)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "too_costly")
    assert (problem["errors"][0]["field"], problem["most"]) == (dearest, MOST_POINTS)
    assert problem["points"] > MOST_POINTS
    assert str(problem["points"]) in problem["detail"]


def test_a_subscription_has_the_same_budget(db: None) -> None:
    with pytest.raises(Problem) as refused:
        audience_of("cards", ANONYMOUS, {"filter": " || ".join([PATTERN] * 40)})
    assert (refused.value.status, refused.value.code) == (400, "too_costly")
    assert audience_of("cards", ANONYMOUS, {"filter": PATTERN}).query.cost.points > CHEAP


@pytest.mark.parametrize(
    ("limit", "status"), [("30", 200), ("030", 200), ("0" * 8 + "1", 200), ("0" * 9 + "1", 400)]
)
def test_zeros_do_not_carry_a_limit_past_its_bound(
    anonymous: Persona, db: None, limit: str, status: int
) -> None:
    assert anonymous.api.get("cards", limit=limit).status_code == status
    beyond: Any = anonymous.api.get("cards", limit="0000000010000")
    assert (beyond.status_code, beyond.json()["errors"][0]["field"]) == (400, "limit")
