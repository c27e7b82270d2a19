"""Compiled statements: what databases make of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
import pytest
from django.db import connection

from cards.models import Card
from resources import changes, registry
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


@pytest.mark.servers  # SQLite plans without values
@pytest.mark.parametrize("query", ["", "sort=-like_count"])
def test_a_page_that_is_read_in_its_order_is_planned_once(
    two_cards: Sequence[Card], query: str
) -> None:
    before = _runs_of_kept_plans()
    for _time in range(8):
        url = f"{query}&limit=1"
        first = orjson.loads(list_records(CARDS, ANONYMOUS, url, "http://x").body)
        list_records(CARDS, ANONYMOUS, first["next"].partition("?")[2], "http://x")
    after = _runs_of_kept_plans()
    pages = [name for name, runs in after.items() if runs > before.get(name, 0)]
    assert len(pages) == 2


def _runs_of_kept_plans() -> dict[str, int]:
    """Return how often each statement of pages ran by a plan that was made for all values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, generic_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%JSON_BUILD_OBJECT%LIMIT 2'"
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "rarity=rare",
        "sort=-like_count&like_count__lt=9",
        "sort=-like_count,title",
        "sort=-like_count&comment_count__lt=9",
        "sort=-like_count&like_count__lt=9&rarity=rare",
        f"sort=-like_count&filter={quote('like_count<9||like_count>99')}",
        "search=owl&sort=-like_count",
    ],
)
def test_a_page_of_a_value_that_few_or_most_may_have_is_planned_by_the_value(query: str) -> None:
    plan = list_plan(CARDS, ANONYMOUS.kind, list_query(CARDS, query))
    assert plan.sql is not None
    assert plan.sql.endswith(" LIMIT %s")


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


@pytest.mark.django_db
def test_times_are_told_to_the_microsecond_whether_or_not_they_have_any() -> None:
    creator = new_member("dana").user
    whole = datetime(2026, 11, 21, 4, 31, 45, tzinfo=UTC)
    for at in (whole, whole.replace(microsecond=120), None):
        values = {"title": "one", "status": "published", "published_at": at}
        changes.create(Card, by=SYSTEM, creator=creator, **values)
    answer = list_records(CARDS, ANONYMOUS, "fields=published_at", "http://x")
    told = {row["published_at"] for row in orjson.loads(answer.body)["results"]}
    assert told == {"2026-11-21T04:31:45.000000Z", "2026-11-21T04:31:45.000120Z", None}


@pytest.mark.embedded
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("cards", "expand=creator,template,remixed_from"),
        ("cards", "expand=creator,template&search=dragon"),
        ("comments", "expand=author,post,card,parent&fields=*,viewer,expand"),
        ("feed", "expand=card.creator,post.author"),
        ("notifications", "expand=actor,card,comment"),
        ("posts", "expand=author,card,template,polls_via_post&fields=*,viewer,expand"),
        ("posts", "expand=mentions_via_post.member"),
    ],
)
def test_the_driver_keeps_the_statement_of_a_members_page(name: str, query: str) -> None:
    resource, dana = registry.named(name), new_member("dana").actor
    assert resource is not None
    list_records(resource, dana, query, "http://x")
    plan = list_plan(resource, dana.kind, list_query(resource, query))
    kept = connection.connection.cache_stats(include_entries=True)["entries"]
    assert plan.sql_with_qmarks in {entry["query"] for entry in kept}
