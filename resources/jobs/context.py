"""What a job knows of itself, and how it does its steps: each once, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from itertools import batched, islice
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.json import normalize_json

from resources.jobs import queue
from resources.jobs.outcomes import JobCancelled, JobInterrupted, LeaseLost, TimeLimitExceeded
from resources.models import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.models import Model

    from resources.jobs.declaration import JobTask
    from resources.json_text import JsonObject

    type Position = int | str

PUBLISHED_EVERY = 1.0
"""Seconds between two reports of progress that others see."""
PAGE = 200
LONGEST_TEXT = 200


def never() -> bool:
    """Return that the worker is not asked to end."""
    return False


class JobContext:
    """One attempt of a job.

    A step's effect and the note that it is done are one transaction. Whatever ends the attempt,
    a kill too, the next one leaves out what is done; and a worker that has lost the job to
    another can't commit a step any more. So steps write to the database alone: what has to be done
    elsewhere (a mail) they enqueue as a job.
    """

    def __init__(
        self, job: Job, task: JobTask[..., Any], is_over: Callable[[], bool] = never
    ) -> None:
        self.job = job
        self.task = task
        self._is_over = is_over
        self._deadline = monotonic() + task.time_limit / timedelta(seconds=1)
        self._published_at = 0.0
        self.can_be_cancelled = True

    @property
    def attempt(self) -> int:
        """Return the number of this attempt, since the last step that was done."""
        return self.job.attempts

    @property
    def is_last_attempt(self) -> bool:
        """Return whether the job fails if this attempt does."""
        return self.job.attempts >= self.task.retry.attempts

    @property
    def results(self) -> JsonObject:
        """Return what the steps that are done have returned, by their names."""
        steps: JsonObject = self.job.checkpoint.get("steps", {})
        return steps

    def check(self) -> None:
        """Go on, unless the attempt has to end here; between two steps that is done by itself.

        Raises JobCancelled, JobInterrupted, LeaseLost or TimeLimitExceeded, none of which a job
        has to catch.
        """
        columns = ("lease", "is_cancelling")
        found = Job.objects.filter(pk=self.job.pk).values_list(*columns).first()
        if found is None or found[0] != self.job.lease:
            raise LeaseLost
        if found[1] and self.can_be_cancelled:
            raise JobCancelled
        if self._is_over():
            raise JobInterrupted
        if monotonic() > self._deadline:
            raise TimeLimitExceeded(f"The attempt took longer than {self.task.time_limit}.")

    def report(
        self, *, done: int | None = None, total: int | None = None, text: str | None = None
    ) -> None:
        """Say how far the job is, to be seen within a second or so; in a transaction, after it."""
        if done is not None:
            self.job.done = done
        if total is not None:
            self.job.total = total
        if text is not None:
            self.job.text = str(text)[:LONGEST_TEXT]
        if self._is_time_to_publish() and not connection.in_atomic_block:
            self._publish()

    def once[R](self, name: str, effect: Callable[..., R], *args: object, **kwargs: object) -> R:
        """Run `effect(*args, **kwargs)` in a transaction, unless the step of that name is done.

        Returns what the effect returned, as JSON says it, then or in an earlier attempt.
        """
        if name not in self.results:
            self.check()
            with transaction.atomic():
                result = normalize_json(effect(*args, **kwargs))
                self._save({**self.job.checkpoint, "steps": {**self.results, name: result}})
        known: R = self.results[name]
        return known

    def note(self, name: str, value: object) -> None:
        """Keep something beside the steps that are done, for the attempts to come."""
        with transaction.atomic():
            self._save({**self.job.checkpoint, name: value})

    def forget(self) -> None:
        """Forget which steps are done: the next attempt begins at the first."""
        with transaction.atomic():
            self._save({})

    def for_each[T](
        self,
        items: QuerySet[Model, T] | Sequence[T],
        effect: Callable[[T], object],
        *,
        name: str = "",
        together: int = 1,
    ) -> int:
        """Run `effect(item)` for each item, `together` of them in one transaction; count them.

        Rows come in the order of their primary key; a sequence must be the same in each attempt.
        A job with more than one such loop gives each a `name`.
        """
        name = name or getattr(effect, "__name__", "items")
        after: Position | None
        done: int
        after, done = self.job.checkpoint.get("loops", {}).get(name, (None, 0))
        left = _left(items, after)
        self.report(done=done, total=done + len(left))
        for batch in batched(left, together):
            self.check()
            with transaction.atomic():
                for _position, item in batch:
                    effect(item)
                done += len(batch)
                loops = {**self.job.checkpoint.get("loops", {}), name: [batch[-1][0], done]}
                self.job.done = done
                self._save({**self.job.checkpoint, "loops": loops})
        self._publish()
        return done

    def _save(self, checkpoint: dict[str, object]) -> None:
        """Note what is done and, now and then, the progress; inside the step's transaction."""
        queue.save_checkpoint(self.job, checkpoint)
        if self._is_time_to_publish():
            self._publish()
        self.job.checkpoint, self.job.attempts = checkpoint, 1

    def _is_time_to_publish(self) -> bool:
        return monotonic() >= self._published_at + PUBLISHED_EVERY

    def _publish(self) -> None:
        progress = {"done": self.job.done, "total": self.job.total, "text": self.job.text}
        with queue.held(self.job) as current:
            queue.write(current, progress)
        self._published_at = monotonic()


def _left[T](
    items: QuerySet[Model, T] | Sequence[T], after: Position | None
) -> _Rows[T] | _Items[T]:
    """Return what comes after a position, each item with its own."""
    if isinstance(items, QuerySet):
        return _Rows(items, after)
    return _Items(items, after if isinstance(after, int) else 0)


class _Items[T]:
    """The rest of a sequence; a position is the number of items up to it."""

    def __init__(self, items: Sequence[T], after: int) -> None:
        self.items = items
        self.after = after

    def __len__(self) -> int:
        return max(0, len(self.items) - self.after)

    def __iter__(self) -> Iterator[tuple[int, T]]:
        return enumerate(islice(self.items, self.after, None), self.after + 1)


class _Rows[T]:
    """The rest of some rows, or of their primary keys; a position is a primary key.

    They are read page by page: a cursor would stay open across the transactions of the steps.
    """

    def __init__(self, rows: QuerySet[Model, T], after: Position | None) -> None:
        self.rows = rows.order_by("pk")
        self.after = after

    def __len__(self) -> int:
        return self._rest(self.after).count()

    def __iter__(self) -> Iterator[tuple[Position, T]]:
        after: object = self.after
        while page := list(self._rest(after)[:PAGE]):
            for row in page:
                after = getattr(row, "pk", row)
                yield (after if isinstance(after, int) else str(after)), row

    def _rest(self, after: object) -> QuerySet[Model, T]:
        return self.rows if after is None else self.rows.filter(pk__gt=after)
