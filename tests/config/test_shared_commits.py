"""Writes that share a commit: each is told how it went itself."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context
from functools import partial
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import connection, transaction

from cards.models import Card
from resources import changes, registry
from resources.actors import SYSTEM, Actor
from resources.answers import HttpAnswer
from resources.errors import Problem
from resources.http.exchange import Exchange
from resources.http.request import Request
from resources.models import Change, SearchEntry
from resources.search.partitions import OF_TITLE, partition_of
from server.write_executor import PLACES_OF_BATCH, GroupCommitWriter, QueuedWrite, a_group, begun
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from server.write_executor import Writing

# On PostgreSQL every write has its own commit.
pytestmark = pytest.mark.embedded


@pytest.fixture
def dana(transactional_db: None) -> UUID:
    user = new_member("dana").user
    assert user
    return UUID(str(user.pk))


def together(*works: Writing) -> list[int]:
    """Have one group written of all the works; returns their statuses."""

    async def run() -> list[HttpAnswer]:
        writer, is_taken, is_free = GroupCommitWriter(), Event(), Event()
        busy = asyncio.ensure_future(writer.run(partial(wait_for, is_taken, is_free)))
        assert await asyncio.to_thread(is_taken.wait, 20)
        asked = [asyncio.ensure_future(writer.run(work)) for work in works]
        await asyncio.sleep(0)  # they are in line
        is_free.set()
        await busy
        answers = await asyncio.wait_for(asyncio.gather(*asked), 20)
        await writer.run(let_go)
        return answers

    return [answer.status for answer in asyncio.run(run())]


def wait_for(is_taken: Event, is_free: Event) -> HttpAnswer:
    is_taken.set()
    is_free.wait(20)
    return HttpAnswer(200)


def let_go() -> HttpAnswer:
    """Leave the thread without limits, and without a database to keep open."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    connection.on_commit(connection.close)
    return HttpAnswer(200)


def create(creator: UUID, title: str) -> HttpAnswer:
    changes.create(Card, by=SYSTEM, creator_id=creator, title=title)
    return HttpAnswer(201)


def crash_after_creating(creator: UUID) -> HttpAnswer:
    with changes.together():
        create(creator, "Crashed")
        raise RuntimeError("crashed on purpose")


def refuse_after_creating(creator: UUID) -> HttpAnswer:
    with transaction.atomic():
        create(creator, "Refused")
        raise Problem(409, "conflict", "Refused on purpose.")


def create_what_can_be(creator: UUID) -> HttpAnswer:
    """Fail and go on: what failed is separated by a savepoint of its own."""
    with transaction.atomic():
        with suppress(RuntimeError), transaction.atomic():
            crash_after_creating(creator)
        return create(creator, "Second try")


def create_and_rename(creator: UUID, title: str) -> HttpAnswer:
    card = changes.create(Card, by=SYSTEM, creator_id=creator, title="Egg")
    changes.update(card, by=SYSTEM, title=title)
    return HttpAnswer(201)


def overfill(creator: UUID) -> HttpAnswer:
    """Write more than the database may hold."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 5}")
    return create(creator, "x" * 1_000_000)


def kept() -> set[str]:
    """Name the cards that there are; the log and the search know the same."""
    titles = set(Card.objects.values_list("title", flat=True))
    logged = Change.objects.filter(resource="cards")
    assert {change.after["title"] for change in logged} == titles
    entries = set(SearchEntry.objects.filter(resource="cards").values_list("pk", flat=True))
    assert [len(entries & with_words(title)) for title in titles] == [1] * len(entries)
    return titles


def with_words(words: str) -> set[int]:
    """Return the entries in whose titles the index knows these words, one after the other."""
    terms = [f"{partition_of('cards')}{OF_TITLE}{word}" for word in words.lower().split()]
    with connection.cursor() as cursor:
        question = f'{{title}} : "{" ".join(terms)}"'
        cursor.execute("SELECT rowid FROM resources_search(%s)", [question])
        return {key for (key,) in cursor.fetchall()}


def test_what_breaks_a_rule_only_at_the_commit_takes_nothing_along(dana: UUID) -> None:
    nobody = uuid4()
    statuses = together(
        partial(create, dana, "Dragon"),
        partial(create, nobody, "Orphan"),
        partial(create, dana, "Moth"),
    )
    assert statuses == [201, 400, 201]
    assert kept() == {"Dragon", "Moth"}


def test_what_is_written_again_was_announced_once(dana: UUID) -> None:
    heard = []

    def hear(change: Change, **_signal: object) -> None:
        heard.append(change.after["title"])

    changes.committed.connect(hear, sender=Card)
    try:
        statuses = together(
            partial(create, dana, "Dragon"),
            partial(create, dana, "Moth"),
            partial(refuse_after_creating, dana),
        )
    finally:
        changes.committed.disconnect(hear, sender=Card)
    assert statuses == [201, 201, 409]
    assert kept() == {"Dragon", "Moth"}
    assert heard == ["Dragon", "Moth"]


def test_the_log_has_the_order_in_which_a_group_was_written(dana: UUID) -> None:
    heard = []

    def hear(change: Change, **_signal: object) -> None:
        heard.append(change.pk)

    changes.committed.connect(hear)
    try:
        together(*[partial(create_and_rename, dana, title) for title in ("Dragon", "Moth")])
    finally:
        changes.committed.disconnect(hear)
    logged = Change.objects.filter(resource="cards").order_by("pk")
    assert [change.after["title"] for change in logged] == ["Egg", "Dragon", "Egg", "Moth"]
    assert heard == [change.pk for change in logged]


def test_what_a_group_has_logged_is_there_for_the_queries_of_its_writes(dana: UUID) -> None:
    found: list[int] = []

    def create_and_count(title: str) -> HttpAnswer:
        create(dana, title)
        found.append(Change.objects.filter(resource="cards").count())
        return HttpAnswer(201)

    together(partial(create_and_count, "Dragon"), partial(create_and_count, "Moth"))
    assert found == [1, 2]
    assert kept() == {"Dragon", "Moth"}


def test_what_catches_an_error_by_itself_goes_on(dana: UUID) -> None:
    statuses = together(
        partial(create, dana, "Dragon"),
        partial(create_what_can_be, dana),
        partial(create, dana, "Moth"),
    )
    assert statuses == [201, 201, 201]
    assert kept() == {"Dragon", "Second try", "Moth"}


def test_a_write_that_is_tried_again_counts_once(dana: UUID, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "write": "100/hour"}
    cards = registry.named("cards")
    assert cards
    actor = Actor(id=dana)
    exchanges = [
        Exchange(request)
        for request in (
            Request(cards, "POST", "/api/v1/cards", parsed={"title": "Dragon"}),
            Request(cards, "PATCH", "/api/v1/cards/x", str(uuid4()), parsed={}),
            Request(cards, "POST", "/api/v1/cards", parsed={"title": "Moth"}),
        )
    ]
    for exchange in exchanges:
        exchange.actor = actor
    assert together(*[partial(begun, each) for each in exchanges]) == [201, 404, 201]
    titles = [orjson.loads(each.answer.body).get("title") for each in exchanges if each.answer]
    assert titles == ["Dragon", "Not Found", "Moth"]
    remaining = [each.limits["RateLimit-Remaining"] for each in exchanges if each.limits]
    assert remaining == ["99", "98", "97"]


def test_a_crash_amid_a_transaction_takes_nothing_along(dana: UUID) -> None:
    statuses = together(
        partial(create, dana, "Dragon"),
        partial(crash_after_creating, dana),
        partial(create, dana, "Moth"),
    )
    assert statuses == [201, 500, 201]
    assert kept() == {"Dragon", "Moth"}


def test_nobody_is_told_of_a_success_that_a_full_disk_took_back(dana: UUID) -> None:
    statuses = together(
        partial(create, dana, "Dragon"), partial(overfill, dana), partial(create, dana, "Moth")
    )
    assert statuses[1] == 507
    titles = kept()
    assert [status == 201 for status in statuses] == [
        title in titles for title in ("Dragon", "x" * 1_000_000, "Moth")
    ]
    assert "Dragon" in titles


def test_who_shares_a_commit_with_batches_waits_for_few_of_them() -> None:
    places = [PLACES_OF_BATCH] * 5 + [1] * 40
    waiting = iter([QueuedWrite(let_go, Context(), each) for each in places])
    groups = [len(list(a_group(waiting, lambda write: write))) for _group in range(4)]
    assert groups == [4, 25, 16, 0]
