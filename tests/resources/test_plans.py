"""Compiled statements: what databases make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
import pytest
from django.db import connection

from cards.models import Card
from resources import changes
from resources.actors import ANONYMOUS, SYSTEM
from resources.execution.reader import list_records
from resources.query.parsing import list_query
from resources.query.plans import list_plan
from resources.registry import resource_of
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Sequence

CARDS = resource_of(Card)


def titles(query_string: str) -> list[str]:
    """Return what a list shows to anyone."""
    answer = list_records(CARDS, ANONYMOUS, query_string, "http://x")
    return [row["title"] for row in orjson.loads(answer.body)["results"]]


@pytest.fixture
def two_cards(transactional_db: None) -> Sequence[Card]:
    """Publish two cards."""
    creator = new_member("dana").user
    return [
        changes.create(Card, by=SYSTEM, creator=creator, title=title, status="published")
        for title in ("one", "two")
    ]


@pytest.mark.django_db
def test_a_range_is_looked_up_in_the_index_that_sorts() -> None:
    query = list_query(CARDS, f"sort=-like_count&filter={quote('like_count<9 && like_count>2')}")
    plan = list_plan(CARDS, ANONYMOUS.kind, query)
    assert plan.sql is not None
    assert '("cards_card"."like_count" < %s) AND' in plan.sql
    if connection.vendor == "sqlite":  # PostgreSQL reads a table as small as this one as a whole
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {plan.sql}", (9, 2, 31))
            steps = [row[3] for row in cursor.fetchall()]
        index = "card_public_most_liked (like_count>? AND like_count<?)"
        assert f"SEARCH cards_card USING INDEX {index}" in steps


def test_a_plan_gives_the_same_however_often_it_has_run(two_cards: Sequence[Card]) -> None:
    for _time in range(8):
        assert titles("title=one") == ["one"]
        assert titles("title=two") == ["two"]
        assert titles(f"filter={quote('like_count<2.5 && title~"o"')}") == ["two", "one"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [('"a"=null', []), ('""=null', ["two", "one"]), ('"a"="a"', ["two", "one"]), ("1=1.0", 2)],
)
def test_values_without_a_column_beside_them_can_be_compared(
    two_cards: Sequence[Card], expression: str, expected: list[str] | int
) -> None:
    for _time in range(3):
        found = titles(f"filter={quote(expression)}")
        assert (len(found) if isinstance(expected, int) else found) == expected


def test_a_link_goes_on_as_the_client_spelled_the_query(two_cards: Sequence[Card]) -> None:
    plain, odd = "limit=1&filter=like_count%3C9", 'limit=1&title__ne="\\'
    for query, beginning in ((plain, plain), (odd, "limit=1&title__ne=%22%5C")):
        answer = orjson.loads(list_records(CARDS, ANONYMOUS, query, "http://x").body)
        assert answer["next"].startswith(f"http://x?{beginning}&cursor=")
        following = list_records(CARDS, ANONYMOUS, answer["next"].partition("?")[2], "http://x")
        assert [row["title"] for row in orjson.loads(following.body)["results"]] == ["one"]
