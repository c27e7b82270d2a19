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
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from resources import feed, registry
from resources.models import Action, ConsumerPosition, SkippedChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from uuid import UUID

    from resources.models import Change

logger = logging.getLogger("holobase.consumers")

PAGE = 500
"""How many changes are read together, for all consumers that are equally far."""
BATCH = 25
"""How many records a batch is about: it is one transaction, in which SQLite has no other writer."""
MOST_ATTEMPTS = 5
"""How often a change is tried before it is left out, so that those after it get their turn."""
FIRST_PAUSE = timedelta(seconds=2)
"""The pause after a first failure; each further one is three times as long (a minute and more)."""
GROWTH = 3
LONGEST_PAUSE = FIRST_PAUSE * GROWTH ** (MOST_ATTEMPTS - 1)
SAVES_EVERY = 10.0
"""Seconds after which a position is stored that only changes of other resources have moved."""


@dataclass(frozen=True)
class LogConsumer:
    """Something that has to be done about every change of some resources.

    `handle` takes changes of up to `BATCH` records, oldest first, and runs in a transaction: it
    writes to the database alone, quickly, and leaves mail and network to tasks, which it enqueues.
    Its effects are committed with the position. It must bear to see a change twice, as a position
    can be set back. A change that makes it raise `MOST_ATTEMPTS` times, alone, is kept in
    `SkippedChange` and left out. `starts` says after which position a consumer begins that has none
    yet. Only one that `follows_counts` gets changes of nothing but derived columns.
    """

    name: str
    resources: frozenset[str]
    handle: Callable[[Sequence[Change]], None]
    starts: Callable[[], int] = feed.head
    follows_counts: bool = False

    def concerns(self, change: Change) -> bool:
        """Return whether a change is one to be handled."""
        if change.resource not in self.resources:
            return False
        return self.follows_counts or not _is_count(change)


class Page(NamedTuple):
    """Consecutive changes of the log, of the resources asked for, up to the position `until`."""

    changes: Sequence[Change]
    until: int


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


def batches(runs: Iterable[ConsumerRun]) -> Iterator[None]:
    """Have the consumers handle the next page of the log each, and yield after every batch.

    Those that are equally far share a page. Who has no position yet gets one.
    """
    head = feed.head()
    due = [run for run in runs if run.must_look or run.passed != head]
    if not due:
        return
    states = ConsumerPosition.objects.in_bulk([run.consumer.name for run in due])
    if len(states) < len(due):
        begin_consumers()
    together: dict[int, list[ConsumerRun]] = {}
    for run in due:
        state = states.get(run.consumer.name)
        if state and run.is_ready(state):
            together.setdefault(run.begin(), []).append(run)
    for begin, readers in together.items():
        page = _page(begin, head, readers)
        for run in readers:
            yield from run.handle(page)


def advance(runs: Iterable[ConsumerRun]) -> bool:
    """Have each consumer handle its next page; return whether there may be more to do at once."""
    return sum(1 for _batch in batches(runs)) > 0


def catch_up(chosen: Iterable[LogConsumer]) -> None:
    """Have consumers handle every change so far."""
    runs = [ConsumerRun(consumer) for consumer in chosen]
    while advance(runs):
        pass


class ConsumerRun:
    """One consumer as one process runs it."""

    def __init__(self, consumer: LogConsumer) -> None:
        self.consumer = consumer
        self.state = ConsumerPosition(name=consumer.name, position=-1)
        self.stored = -1
        self.passed = -1
        """Up to here nothing is left to be handled, counted from the position stored."""
        self.saved_at = monotonic()
        self.must_look = True

    def is_ready(self, state: ConsumerPosition) -> bool:
        """Note how far the consumer is by now; return whether it is not to wait after a failure."""
        self.state = state
        if state.position != self.stored:
            self.stored = self.passed = state.position
        # After a failure, even without further changes.
        self.must_look = state.failures > 0
        if state.retry_at is None:
            return True
        # Longer than any pause: the clock has been set back since.
        left = state.retry_at - timezone.now()
        return left <= timedelta() or left > LONGEST_PAUSE

    def begin(self) -> int:
        """Return the position after which the next page begins."""
        return max(self.state.position, self.passed)

    def handle(self, page: Page) -> Iterator[None]:
        """Handle what of a page concerns the consumer, and yield after every batch."""
        concerning = [change for change in page.changes if self.consumer.concerns(change)]
        for batch in _batches(concerning, 1 if self.state.failures else BATCH):
            if not self._handle(self.state, batch):
                return
            yield
        self.passed = page.until
        if monotonic() > self.saved_at + SAVES_EVERY and page.until > self.state.position:
            self._commit(self.state, [], page.until)

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
        """Move the position and handle changes in one transaction, unless another worker has."""
        held = ConsumerPosition.objects.filter(pk=state.pk, position=state.position)
        moved = {"failures": 0, "error": "", "retry_at": None, "moved_at": timezone.now()}
        with transaction.atomic():
            if not held.update(position=position, **moved):
                return
            if batch:
                self.consumer.handle(batch)
        self.stored = self.passed = state.position = position
        self.saved_at = monotonic()

    def _note(self, state: ConsumerPosition, change: Change, failure: Exception) -> None:
        """Note that a change could not be handled, and leave it out after the last attempt."""
        self.must_look = True
        failures = state.failures + 1
        error = f"{type(failure).__name__}: {failure}"[:200]
        fields = {"consumer": state.name, "position": change.position, "attempt": failures}
        fields["request_id"] = change.request_id
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


def _page(begin: int, head: int, readers: Iterable[ConsumerRun]) -> Page:
    """Read what is next for some consumers."""
    resources = frozenset().union(*(run.consumer.resources for run in readers))
    changes = feed.changes_between(begin, head, resources=resources, most=PAGE)
    return Page(changes, head if len(changes) < PAGE else changes[-1].position)


def _batches(changes: Iterable[Change], most: int) -> Iterator[Sequence[Change]]:
    """Cut changes into batches about `most` records each, however often one has changed."""
    batch: list[Change] = []
    records: set[UUID] = set()
    for change in changes:
        if len(records) == most and change.record_id not in records:
            yield batch
            batch, records = [], set()
        batch.append(change)
        records.add(change.record_id)
    if batch:
        yield batch


def _is_count(change: Change) -> bool:
    """Return whether a change is of nothing but columns that are computed from other rows."""
    if change.action != Action.UPDATE:
        return False
    resource = registry.named(change.resource)
    counts = resource.record_model.derived if resource else frozenset()
    return bool(change.after) and change.after.keys() <= counts
