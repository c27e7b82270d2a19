"""A write that PostgreSQL ended for a deadlock is tried again, and nobody sees it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from time import sleep
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction

from cards.models import Card
from resources import row_sql
from resources.errors import Problem
from resources.writing.deadlocks import TRIES, again_after_deadlock
from tests.personas import new_member
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona


class DeadlockError(Exception):
    """Stands for the driver's."""

    sqlstate = "40P01"


def raise_deadlock() -> None:
    """Raise what the first write of a batch makes of Django's error."""
    error = OperationalError()
    error.__cause__ = DeadlockError()
    raise Problem(503, "busy", "The database is busy.") from error


def test_a_write_is_tried_again_a_few_times() -> None:
    tries = count(1)

    def write_at_last() -> int:
        number = next(tries)
        if number < TRIES:
            raise_deadlock()
        return number

    assert again_after_deadlock(write_at_last) == TRIES
    with pytest.raises(Problem, match="busy"):
        again_after_deadlock(raise_deadlock)


def test_a_write_that_was_refused_is_not_tried_again() -> None:
    tries = count(1)

    def write() -> None:
        next(tries)
        raise Problem(403, "not_permitted", "You may not do this.")

    with pytest.raises(Problem):
        again_after_deadlock(write)
    assert next(tries) == 2


@pytest.mark.dialect
@pytest.mark.servers
def test_alice_publishes_while_somebody_has_locked_her_row_and_then_her_card(
    transactional_db: None,
) -> None:
    alice = new_member("alice")
    card = alice.creates("cards", title="Dragon")
    has_locked = Event()
    with ThreadPoolExecutor(2) as threads:
        other = threads.submit(lock_backwards, alice, card["id"], has_locked)
        has_locked.wait()
        published = threads.submit(publish, alice, card["id"])
        other.result()
        assert published.result() == 200
    assert Card.objects.get().status == "published"


def lock_backwards(alice: Persona, card: str, has_locked: Event) -> None:
    """Lock a member's row, and the card once whoever has that waits for the member's row."""
    try:
        with transaction.atomic():
            row_sql.read(User, alice.id)
            has_locked.set()
            while not is_waited_for():
                sleep(0.01)
            row_sql.read(Card, card)
    finally:
        connection.close()


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        (is_waiting,) = cursor.fetchone()
    return bool(is_waiting)


def publish(alice: Persona, card: str) -> int:
    try:
        status: int = alice.api.post(f"cards/{card}/publish").status_code
        return status
    finally:
        connection.close()
