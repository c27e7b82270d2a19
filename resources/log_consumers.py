"""Work that follows the change log: every committed change of some resources, in order, once.

A consumer is declared beside the resources of its app and run by the background worker within a
second of a commit. How far it has come stands under its name in `ConsumerPosition`. Its handler
runs in the transaction that moves the position, under a lock of that row: of several workers one
is at it at a time, and a worker that is killed leaves the work and the position as they were.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from resources import feed
from resources.models import ConsumerPosition, SkippedChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from resources.models import Change

logger = logging.getLogger("holobase.consumers")

BATCH = 25
"""A batch is one transaction, and SQLite lets nobody else write meanwhile."""
MOST_ATTEMPTS = 5
"""How often a change is tried before it is left out, so that those after it get their turn."""
FIRST_PAUSE = timedelta(seconds=2)
"""The pause after a first failure; each further one is three times as long (a minute and more)."""
GROWTH = 3
SAVES_EVERY = 10.0
"""Seconds after which a position is stored that only changes of other resources have moved."""


@dataclass(frozen=True)
class LogConsumer:
    """Something that has to be done about every change of some resources.

    `handle` takes up to `BATCH` changes, oldest first, and runs in a transaction: it writes to the
    database alone, quickly, and leaves mail and network to tasks, which it enqueues. Its effects
    are committed with the position. It must bear to see a change twice, as a position can be set
    back. A change that makes it raise `MOST_ATTEMPTS` times, alone, is kept in `SkippedChange` and
    left out. `starts` says after which position a consumer begins that has none yet.
    """

    name: str
    resources: frozenset[str]
    handle: Callable[[Sequence[Change]], None]
    starts: Callable[[], int] = feed.head


consumers: dict[str, LogConsumer] = {}
"""All consumers that apps have declared, by name."""


def consume(consumer: LogConsumer) -> None:
    """Declare a consumer; raises ValueError when its name is taken."""
    if consumer.name in consumers:
        raise ValueError(f"There is a log consumer called {consumer.name} already.")
    consumers[consumer.name] = consumer


def begin_consumers() -> None:
    """Store where the consumers begin that have no position yet."""
    known = set(ConsumerPosition.objects.values_list("name", flat=True))
    for consumer in consumers.values():
        if consumer.name not in known:
            begin = {"position": consumer.starts()}
            ConsumerPosition.objects.get_or_create(name=consumer.name, defaults=begin)


def advance(runs: Iterable[ConsumerRun]) -> bool:
    """Have each consumer handle its next batch; return whether some may have more to do."""
    head = feed.head()
    busy = [run.advance(head) for run in runs]
    return any(busy)


def catch_up(chosen: Iterable[LogConsumer]) -> None:
    """Have consumers handle every change so far."""
    runs = [ConsumerRun(consumer) for consumer in chosen]
    while advance(runs):
        pass


class ConsumerRun:
    """One consumer as one process runs it."""

    def __init__(self, consumer: LogConsumer) -> None:
        self.consumer = consumer
        self.stored = -1
        self.passed = -1
        """Up to here nothing concerns the consumer, counted from the position stored."""
        self.saved_at = monotonic()
        self.must_look = True

    def advance(self, head: int) -> bool:
        """Handle the next batch up to a position; return whether there may be more."""
        if head == self.passed and not self.must_look:
            return False
        state = ConsumerPosition.objects.get(name=self.consumer.name)
        # After a failure, even without further changes.
        self.must_look = state.failures > 0
        if state.retry_at and state.retry_at > timezone.now():
            return False
        begin = max(state.position, self.passed if state.position == self.stored else 0)
        batch = feed.changes_between(
            begin, head, resources=self.consumer.resources, most=1 if state.failures else BATCH
        )
        self.stored = state.position
        if batch:
            return self._handle(state, batch)
        self.passed = head
        if monotonic() > self.saved_at + SAVES_EVERY and head > state.position:
            self._commit(state, [], head)
        return False

    def _handle(self, state: ConsumerPosition, batch: Sequence[Change]) -> bool:
        """Handle a batch at once or, if that fails, each change by itself until one fails."""
        if len(batch) > 1 and not self._failure(state, batch):
            return self._is_past(batch)
        for change in batch:
            if failure := self._failure(state, [change]):
                self._note(state, change, failure)
                return False
        return self._is_past(batch)

    def _is_past(self, batch: Sequence[Change]) -> bool:
        """Return whether it was this process that handled a batch: another may be at it still."""
        return self.passed >= batch[-1].position

    def _failure(self, state: ConsumerPosition, batch: Sequence[Change]) -> Exception | None:
        """Handle changes; return what went wrong, unless that is the database's being away."""
        try:
            self._commit(state, batch, batch[-1].position)
        except Exception as failure:
            if not connection.is_usable():
                raise
            return failure
        return None

    def _commit(self, state: ConsumerPosition, batch: Sequence[Change], position: int) -> None:
        """Handle changes and move the position in one transaction, unless another worker does."""
        rows = ConsumerPosition.objects.select_for_update(skip_locked=True)
        with transaction.atomic():
            if not rows.filter(pk=state.pk, position=state.position).exists():
                return
            if batch:
                self.consumer.handle(batch)
            ConsumerPosition.objects.filter(pk=state.pk).update(
                position=position, failures=0, error="", retry_at=None, moved_at=timezone.now()
            )
        self.stored = self.passed = state.position = position
        self.saved_at = monotonic()

    def _note(self, state: ConsumerPosition, change: Change, failure: Exception) -> None:
        """Note that a change could not be handled, and leave it out after the last attempt."""
        self.must_look = True
        failures = state.failures + 1
        error = f"{type(failure).__name__}: {failure}"[:200]
        fields = {"consumer": state.name, "position": change.position, "attempt": failures}
        logger.error("a change was not handled", exc_info=failure, extra={"fields": fields})
        with transaction.atomic():
            held = ConsumerPosition.objects.filter(pk=state.pk, position=state.position)
            if failures < MOST_ATTEMPTS:
                pause = FIRST_PAUSE * GROWTH ** (failures - 1)
                held.update(failures=failures, error=error, retry_at=timezone.now() + pause)
            elif held.update(position=change.position, failures=0, error="", retry_at=None):
                SkippedChange.objects.create(
                    consumer=state.name,
                    position=change.position,
                    resource=change.resource,
                    record_id=change.record_id,
                    error=error,
                )
