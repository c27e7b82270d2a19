"""The steps of workflows: calls that can be undone, waits, and other jobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, override

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from resources.actors import SYSTEM
from resources.jobs import queue
from resources.jobs.outcomes import JobPostponed, PermanentFailure
from resources.models import OVER, Job, JobSignal, JobState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from uuid import UUID

    from resources.jobs.context import JobContext
    from resources.jobs.declaration import JobTask


class WorkflowStep(ABC):
    """One of the things that a workflow does or waits for, by a name of its own."""

    name: str

    @abstractmethod
    def advance(self, context: JobContext) -> None:
        """Do it, unless it is done; raises JobPostponed while it has to be waited for."""

    def compensate(self, context: JobContext) -> None:
        """Take back what was done, which for a wait is nothing."""
        del context


@dataclass(frozen=True)
class CallStep(WorkflowStep):
    """A call that is done once, and one that takes it back."""

    name: str
    effect: Callable[..., object]
    args: tuple[object, ...]
    undo: Callable[..., object] | None

    @override
    def advance(self, context: JobContext) -> None:
        context.once(self.name, self.effect, *self.args)

    @override
    def compensate(self, context: JobContext) -> None:
        if self.undo is not None and self.name in context.results:
            context.once(f"undo {self.name}", self.undo, *self.args)


@dataclass(frozen=True)
class WaitStep(WorkflowStep):
    """A wait for news, a time, or the first of both; its result is the news, or None."""

    name: str
    news: Callable[[JobContext], object]
    awaits: Callable[[JobContext], str]
    longest: timedelta | None = None
    until: datetime | None = None

    @override
    def advance(self, context: JobContext) -> None:
        if self.name in context.results:
            return
        end = self._end(context)
        if not self.news(context) and timezone.now() < end:
            awaits = self.awaits(context)
            raise JobPostponed(end, awaits, lambda: bool(self.news(context)))
        context.once(self.name, self.news, context)

    def _end(self, context: JobContext) -> datetime:
        """Return when to wait no longer; a duration begins when the wait does."""
        if self.until is not None or self.longest is None:
            return self.until or queue.FAR_FUTURE
        end = context.once(f"{self.name} until", _in, self.longest)
        return parse_datetime(end) or queue.FAR_FUTURE


@dataclass(frozen=True)
class JobStep(WorkflowStep):
    """Another job that the workflow waits for; it fails if that does."""

    name: str
    task: JobTask[..., object]
    args: tuple[object, ...]

    @override
    def advance(self, context: JobContext) -> None:
        if self.name in context.results:
            return
        key = context.once(f"{self.name} job", lambda: self.task.enqueue(*self.args).id)
        started = Job.objects.get(pk=key)
        if started.state not in OVER:
            raise JobPostponed(queue.FAR_FUTURE, f"jobs/{key}", lambda: _is_over(key))
        if started.state != JobState.DONE:
            raise PermanentFailure(f"{started.name}: {started.error or started.state}")
        context.once(self.name, lambda: started.result)

    @override
    def compensate(self, context: JobContext) -> None:
        key = context.results.get(f"{self.name} job")
        running = Job.objects.exclude(state__in=OVER).filter(pk=key).first() if key else None
        if running is not None:
            queue.cancel_job(running, by=SYSTEM)


def call(
    effect: Callable[..., object],
    *args: object,
    undo: Callable[..., object] | None = None,
    name: str = "",
) -> WorkflowStep:
    """Call `effect(*args)` in one transaction with the note that it is done.

    So it writes to the database, and enqueues jobs for what has to be done elsewhere. Should a
    later step fail for good, `undo(*args)` takes it back.
    """
    return CallStep(name or effect.__name__, effect, args, undo)


def sleep(longest: timedelta, *, name: str = "sleep") -> WorkflowStep:
    """Wait for so long."""
    return WaitStep(name, _nothing, _nowhere, longest=longest)


def sleep_until(at: datetime, *, name: str = "sleep") -> WorkflowStep:
    """Wait until a time."""
    return WaitStep(name, _nothing, _nowhere, until=at)


def wait_for_signal(name: str, *, longest: timedelta | None = None) -> WorkflowStep:
    """Wait for `send_signal`, or `POST /api/v1/jobs/{id}/signal`, of that name.

    Its result is `{"payload": …}`, or None when nobody sent one in time. A signal that was sent
    before the wait began counts.
    """

    def news(context: JobContext) -> object:
        sent = JobSignal.objects.filter(job=context.job, name=name).order_by("-id").first()
        return {"payload": sent.payload} if sent else None

    return WaitStep(name, news, lambda context: signal_name(context.job, name), longest=longest)


def wait_for_change(
    record: tuple[str, UUID],
    is_so: Callable[..., bool],
    *args: object,
    until: datetime | None = None,
    name: str = "",
) -> WorkflowStep:
    """Wait until `is_so(*args)`, asked now and after each change of a record: `("cards", id)`.

    The workflow `follows` the record's resource. The result is None when it was not so by `until`.
    """
    resource, key = record
    return WaitStep(
        name or is_so.__name__,
        lambda _context: is_so(*args) or None,
        lambda _context: f"{resource}/{key}",
        until=until,
    )


def run_job(task: JobTask[..., Any], *args: object, name: str = "") -> WorkflowStep:
    """Enqueue another job and wait for its result; the workflow fails if it does."""
    return JobStep(name or task.name, task, args)


def signal_name(job: Job, name: str) -> str:
    """Return what a job awaits that waits for a signal."""
    return f"signals/{job.pk}/{name}"


def _in(longest: timedelta) -> str:
    """Return the time after a duration, as JSON says it."""
    return (timezone.now() + longest).isoformat()


def _nothing(_context: JobContext) -> None:
    """Return that there is no news."""


def _nowhere(_context: JobContext) -> str:
    return ""


def _is_over(key: str) -> bool:
    return Job.objects.over().filter(pk=key).exists()
