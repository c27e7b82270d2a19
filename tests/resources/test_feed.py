"""The feed of changes: nothing is missed, however the writers overlap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from resources import changes, feed
from resources.actors import SYSTEM
from resources.models import Change
from tests.personas import new_member
from users.models import Consent, User

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from tests.personas import Persona

WRITERS, WRITES = 6, 6


@pytest.fixture
def crowd(transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    """Yield threads whose database connections end with the test."""
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        yield threads
        gate = Barrier(WRITERS + 1)
        list(threads.map(lambda _number: close(gate), range(WRITERS + 1)))


def close(gate: Barrier) -> None:
    """Wait until every thread is here, so that each closes its own connection."""
    gate.wait(5)
    connection.close()


def consents(user_id: UUID, version: str) -> Consent:
    return changes.create(
        Consent, by=SYSTEM, user_id=user_id, document="terms", version=version, is_given=True
    )


def test_changes_come_in_the_order_of_their_places(alice: Persona) -> None:
    start = feed.head()
    for title in ("One", "Two", "Three"):
        alice.creates("cards", title=title)
    read = [change for change in feed.changes_after(start) if change.resource == "cards"]
    assert [change.after["title"] for change in read] == ["One", "Two", "Three"]
    assert [change.position for change in read] == sorted(change.position for change in read)
    assert feed.changes_after(feed.head()) == []
    assert len(feed.changes_after(start, most=2)) == 2


def test_changes_are_read_as_django_reads_them(alice: Persona) -> None:
    start = feed.head()
    card = alice.creates("cards", title="One", tags=["fire"])
    alice.api.patch(f"cards/{card['id']}", {"title": "Two"})
    names = [field.attname for field in Change._meta.concrete_fields]
    read = feed.changes_after(start)
    known = Change.objects.in_bulk([change.pk for change in read])
    assert len(read) > 1
    for change in read:
        for name in names:
            value, expected = getattr(change, name), getattr(known[change.pk], name)
            assert (type(value), value) == (type(expected), expected)


def test_a_reader_misses_nothing_however_writers_overlap(crowd: ThreadPoolExecutor) -> None:
    """Transactions of random length that commit in any order, beside a reader that never waits."""
    dana = new_member("dana")
    assert dana.user is not None
    user_id = dana.user.pk
    start, is_over = feed.head(), Event()

    def write(writer: int) -> None:
        for number in range(WRITES):
            with transaction.atomic():
                consents(user_id, f"{writer}.{number}.a")
                with connection.cursor() as cursor:
                    if connection.vendor == "postgresql":
                        cursor.execute("SELECT pg_sleep(random() * 0.02)")
                consents(user_id, f"{writer}.{number}.b")

    reader = crowd.submit(read_until, is_over, start)
    list(crowd.map(write, range(WRITERS)))
    is_over.set()
    seen = [change.after["version"] for change in reader.result(30)]
    expected = {f"{w}.{n}.{half}" for w in range(WRITERS) for n in range(WRITES) for half in "ab"}
    assert sorted(seen) == sorted(expected), "each once"
    for writer in range(WRITERS):
        own = [version for version in seen if version.startswith(f"{writer}.")]
        assert own == [f"{writer}.{n}.{half}" for n in range(WRITES) for half in "ab"]


def read_until(is_over: Event, cursor: int) -> list[Change]:
    """Read on and on, a few at a time, until the writers are done and nothing is left."""
    seen: list[Change] = []
    while True:
        is_last = is_over.is_set()
        for change in feed.changes_after(cursor, most=7):
            seen.append(change)
            cursor = change.position
        if is_last and cursor == feed.head():
            return seen


def test_a_reader_waits_for_whoever_numbers_changes(crowd: ThreadPoolExecutor) -> None:
    """Else what it was woken for would reach its listeners with somebody's next change only."""
    dana = new_member("dana")
    assert dana.user is not None
    user_id = dana.user.pk
    start, is_numbering, may_end = feed.head(), Event(), Event()

    def number() -> None:
        with transaction.atomic():
            consents(user_id, "1")
            feed.assign_positions()
            is_numbering.set()
            may_end.wait(10)

    def write_and_read() -> Sequence[Change]:
        assert is_numbering.wait(10)
        consents(user_id, "2")
        return feed.changes_after(start)

    numbering, reading = crowd.submit(number), crowd.submit(write_and_read)
    assert is_numbering.wait(10)
    assert not wait([reading], timeout=0.2).done
    may_end.set()
    numbering.result(10)
    assert [change.after["version"] for change in reading.result(10)] == ["1", "2"]


def test_changes_of_one_row_stay_in_the_order_they_were_made(crowd: ThreadPoolExecutor) -> None:
    """Whatever else the transactions wrote before they came to the row that all of them want."""
    dana = new_member("dana")
    assert dana.user is not None
    user_id = dana.user.pk
    start = feed.head()

    def write(writer: int) -> None:
        for number in range(WRITES):
            with transaction.atomic():
                consents(user_id, f"{writer}.{number}")
                hot = changes.locked(User.objects.get(pk=user_id))
                changes.update(hot, by=SYSTEM, follower_count=hot.follower_count + 1)

    list(crowd.map(write, range(WRITERS)))
    counts = [
        change.after["follower_count"]
        for change in feed.changes_after(start, most=1000)
        if "follower_count" in change.after
    ]
    assert counts == list(range(1, WRITERS * WRITES + 1))
