"""Ranked full-text search, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from cards.models import Card
from resources.actors import ANONYMOUS
from resources.query.parsing import list_query
from resources.query.plans import list_plan
from resources.registry import resource_of
from resources.search.matching import NEWEST_ENTRIES

if TYPE_CHECKING:
    from tests.personas import Persona


def found(persona: Persona, words: str) -> list[str]:
    response = persona.api.get("cards", search=words)
    assert response.status_code == 200, response.content
    return [card["title"] for card in response.json()["results"]]


def pass_over_entries(count: int) -> None:
    """Let later entries have higher ids, as if others were entered in between (PostgreSQL)."""
    if count and connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT NEXTVAL(PG_GET_SERIAL_SEQUENCE('resources_searchentry', 'id'))"
                " FROM GENERATE_SERIES(1, %s)",
                [count],
            )


EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


def planned(query_string: str) -> list[str]:
    """Return the steps in which the database answers a list of cards."""
    cards = resource_of(Card)
    query = list_query(cards, query_string)
    plan = list_plan(cards, ANONYMOUS.kind, query)
    assert plan.sql is not None
    with connection.cursor() as cursor:
        values = plan.bound(ANONYMOUS, query.values(), connection)
        cursor.execute(f"{EXPLAIN[connection.vendor]} {plan.sql}", values)
        return [str(row[-1]) for row in cursor.fetchall()]


def test_anyone_can_search_by_words_and_beginnings_of_words(alice: Persona) -> None:
    alice.creates("cards", title="Dragon of dawn", status="published")
    alice.creates("cards", title="Moth", description="Hunts a dragon", status="published")
    alice.creates("cards", title="Owl", tags=["dragonfly"], status="published")
    assert found(alice, "dragon of") == ["Dragon of dawn"]
    assert found(alice, "drag")[0] == "Dragon of dawn"
    assert set(found(alice, "dragon")) == {"Dragon of dawn", "Moth", "Owl"}
    assert found(alice, "hunts") == ["Moth"]


def test_anyone_can_search_in_korean(alice: Persona) -> None:
    alice.creates("cards", title="불꽃 용", status="published")
    assert found(alice, "용") == ["불꽃 용"]


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("카드", ["카드", "모으는 카드를", "신카드집"]),
        ("수집가", ["수집가", "수집가의 날", "카드수집가"]),
        ("ex", ["EX", "포켓몬EX"]),
    ],
)
def test_words_rank_before_what_is_inside_of_words(
    alice: Persona, question: str, titles: list[str]
) -> None:
    """What is only in the text ranks behind the title, and behind both what is inside a word."""
    for title in reversed(titles):
        alice.creates("cards", title=title, description="그림", status="published")
    alice.creates("cards", title="Only", description=question, status="published")
    ranked = found(alice, question)
    assert set(ranked) == {*titles, "Only"}
    assert ranked.index("Only") < ranked.index(titles[-1])
    assert [title for title in ranked if title != "Only"][-1] == titles[-1]


def test_search_follows_changes(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    alice.api.patch(f"cards/{card['id']}", {"title": "Moth"})
    assert found(alice, "dragon") == []
    assert found(alice, "moth") == ["Moth"]
    alice.api.patch(f"cards/{card['id']}", {"title": "카드수집가"})
    assert found(alice, "moth") == []
    assert found(alice, "수집") == ["카드수집가"]
    alice.api.delete(f"cards/{card['id']}")
    assert found(alice, "수집") == []


def test_bob_cannot_find_what_he_may_not_list(alice: Persona, bob: Persona) -> None:
    alice.creates("cards", title="Secret", visibility="private")
    assert found(alice, "secret") == ["Secret"]
    assert found(bob, "secret") == []


def test_anyone_can_page_through_results(alice: Persona) -> None:
    for number in range(7):
        alice.creates("cards", title=f"Dragon {number}", status="published")
    page = alice.api.get("cards", search="dragon", limit="3").json()
    seen = [card["id"] for card in page["results"]]
    while page["next"]:
        page = alice.api.client.get(page["next"]).json()
        seen += [card["id"] for card in page["results"]]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("others", [0, NEWEST_ENTRIES // 3])
def test_one_word_is_found_in_titles_first_and_the_newest_first(
    alice: Persona, others: int
) -> None:
    """The word itself in titles, beginnings in titles, in texts, inside of words; both ways.

    The same however many entries `others` have between these.
    """
    where = {
        "inside": ("불꽃", "신용카드"),
        "text": ("별", "용의 알"),
        "beginning": ("용의 알", ""),
        "title": ("불꽃 용", ""),
    }
    cards = {}
    for age in ("old", "new"):
        for place, (title, text) in where.items():
            words = {"title": title, "description": text}
            cards[f"{place} {age}"] = alice.creates("cards", **words, status="published")
            pass_over_entries(others)
    names = {card["id"]: name for name, card in cards.items()}
    best_first = [f"{place} {age}" for place in reversed(where) for age in ("new", "old")]
    pages = [alice.api.get("cards", search="용", limit="3").json()]
    while pages[-1]["next"]:
        pages.append(alice.api.client.get(pages[-1]["next"]).json())
    forward = [[names[card["id"]] for card in page["results"]] for page in pages]
    assert [name for page in forward for name in page] == best_first
    for page, expected in zip(pages[:0:-1], forward[-2::-1], strict=True):
        before = alice.api.client.get(page["previous"]).json()
        assert [names[card["id"]] for card in before["results"]] == expected
    assert alice.api.get("cards", search="용", count="exact", limit="1").json()["count"] == 8
    liked = alice.api.get("cards", search="용", sort="-created_at").json()["results"]
    assert [names[card["id"]] for card in liked] == list(reversed(cards))


def test_several_words_are_found_in_titles_first_and_the_newest_first(alice: Persona) -> None:
    """In titles, be it inside of words, then wherever; both ways."""
    texts = [
        ("불꽃", "신용카드 수집가"),
        ("신용카드 수집가", ""),
        ("카드", "수집가"),
        ("수집가의 카드", ""),
    ]
    best_first = [texts[place] for place in (3, 1, 2, 0)]
    for title, text in texts:
        alice.creates("cards", title=title, description=text, status="published")
    pages = [alice.api.get("cards", search="카드 수집가", limit="3").json()]
    pages.append(alice.api.client.get(pages[0]["next"]).json())
    shown = [(card["title"], card["description"]) for page in pages for card in page["results"]]
    assert shown == best_first
    assert alice.api.client.get(pages[1]["previous"]).json()["results"] == pages[0]["results"]
    assert alice.api.get("cards", search="카드 수집가", count="exact").json()["count"] == 4


@pytest.mark.embedded
@pytest.mark.parametrize(("asked", "queries"), [("a", 4), ("a+b", 3)])
def test_matches_are_looked_for_until_a_page_is_full(db: None, asked: str, queries: int) -> None:
    """No match is sorted; what is sorted is the page.

    FTS5 counts all matches for each query: one query a match takes the square of their number. One
    a tier is enough, and one that tells whether other texts than titles have any of several words.
    """
    steps = planned(f"search={asked}")
    scans = [step for step in steps if "SCAN resources_search" in step]
    assert len(scans) == queries
    assert not [step for step in scans if "=" in step]  # the table is asked about no single row
    assert "UNION ALL" in steps
    assert steps[-1] == "USE TEMP B-TREE FOR ORDER BY"
    assert steps.count(steps[-1]) == 1
    assert steps.index("SCAN best") > steps.index("UNION ALL")


def test_odd_searches_find_nothing_and_break_nothing(alice: Persona) -> None:
    for words in ('"', "* OR NEAR(", "a:b -c", "'; DROP TABLE", "&&&", "\\", "%"):
        assert found(alice, words) == []


def test_matches_are_taken_in_the_order_in_which_they_are_found(db: None) -> None:
    """PostgreSQL looks through one tier after the other, and asks of one match after the other."""
    steps = [step.strip() for step in planned("search=a")]
    if connection.vendor == "sqlite":
        assert steps.index("LEFT-MOST SUBQUERY") < steps.index("SCAN best")
        return
    kinds = [step.split("  (")[0].removeprefix("->  ") for step in steps]
    first = kinds[kinds.index("Limit") : kinds.index("Subquery Scan on seen")]
    assert first.count("Nested Loop") == 2
    assert first.index("Nested Loop") < first.index('Values Scan on "*VALUES*"')
    assert not {"Hash Join", "Merge Join", "Gather"} & set(first)


@pytest.mark.servers
@pytest.mark.django_db
def test_little_waits_for_the_index_of_terms_as_each_search_reads_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'search_by_terms'")
        assert cursor.fetchone() == (["gin_pending_list_limit=256"],)


@pytest.mark.parametrize("question", ["dragon dawn", "dragon dawn fire", "dragon dawn fire owl"])
def test_what_titles_have_all_of_comes_before_what_they_have_some_of(
    alice: Persona, question: str
) -> None:
    first, *others = question.split()
    alice.creates("cards", title=question, description=question, status="published")
    alice.creates("cards", title=question, status="published")
    alice.creates("cards", title=first, description=" ".join(others), status="published")
    alice.creates("cards", title=" ".join(others), description=first, status="published")
    alice.creates("cards", title=first, description=question, status="published")
    alice.creates("cards", title="Moth", description=question, status="published")
    alice.creates("cards", title="Moth", description=" ".join(others), status="published")
    rest = [first, " ".join(others), first]
    assert found(alice, question) == [question, question, "Moth", *rest]
