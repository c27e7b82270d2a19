"""`@job`: a function that runs in the background, declared once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import randbelow
from typing import TYPE_CHECKING, Concatenate, Protocol, Self, cast, overload

from django.tasks import DEFAULT_TASK_QUEUE_NAME, Task
from django.utils.inspect import get_func_args
from django.utils.module_loading import import_string

from resources.jobs.arguments import decoded
from resources.jobs.outcomes import PermanentFailure

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from resources.actors import Actor
    from resources.jobs.context import JobContext
    from resources.json_text import JsonObject
    from resources.models import Job

JITTER = 0.2
"""By which part pauses are made longer or shorter, so that jobs that failed together part."""
SOON, LATER = 50, -50
"""Priorities: somebody waits for it (a mail) · nobody would notice an hour."""
LONG = "long"
"""The queue of jobs that take minutes, which the others must not wait for."""


@dataclass(frozen=True)
class Retry:
    """How often a job that raises is tried, and the pauses between, which grow up to a limit.

    Attempts are counted anew whenever a step is done.
    """

    attempts: int = 5
    first_pause: timedelta = timedelta(seconds=10)
    growth: float = 2.0
    longest_pause: timedelta = timedelta(hours=1)

    def pause(self, attempt: int) -> timedelta:
        """Return how long to wait after an attempt in vain, the first being 1."""
        grown = self.first_pause * self.growth ** (attempt - 1)
        return min(grown, self.longest_pause) * (1 + JITTER * (randbelow(201) - 100) / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTask[**P, R](Task[P, R]):
    """A task of Django that is tried again, limited in time and, if `is_tracked`, shown.

    An attempt that takes longer than `time_limit` fails at its next step; one that gets to no
    further step ends with its worker.
    """

    retry: Retry = field(default_factory=Retry)
    time_limit: timedelta = timedelta(hours=1)
    is_tracked: bool = False
    asker_id: UUID | None = None

    def asked_by(self, actor: Actor) -> Self:
        """Return the job as one of a member, who may follow and cancel it."""
        return replace(self, asker_id=actor.id)

    def run(self, context: JobContext, arguments: JsonObject) -> object:
        """Call the function with stored arguments; raises TypeError when they don't fit it."""
        kwargs = decoded(self.func, arguments)
        return self.func(context, **kwargs) if self.takes_context else self.func(**kwargs)


def task_of(job: Job) -> JobTask[..., object]:
    """Return the declaration of a job; raises PermanentFailure when there is none any more."""
    try:
        task = import_string(job.path)
    except ImportError as error:
        raise PermanentFailure(f"There is no {job.path} any more.") from error
    if not isinstance(task, JobTask):
        raise PermanentFailure(f"{job.path} is no job.")
    return task


class _Declares(Protocol):
    """What turns a function into a job, whether or not it takes a context."""

    @overload
    def __call__[**P, R](
        self, function: Callable[Concatenate[JobContext, P], R], /
    ) -> JobTask[P, R]: ...

    @overload
    def __call__[**P, R](self, function: Callable[P, R], /) -> JobTask[P, R]: ...


def job(
    *,
    queue: str = DEFAULT_TASK_QUEUE_NAME,
    priority: int = 0,
    retry: Retry | None = None,
    time_limit: timedelta = timedelta(hours=1),
    is_tracked: bool = False,
) -> _Declares:
    """Declare a function of a module to be a job: `@job()` above it, `name.enqueue(…)` to run it.

    Its arguments are what JSON can say, by its annotations. If its first parameter is called
    `context`, it gets a `JobContext`. What it returns is kept as the job's result. `is_tracked`
    makes its rows records of the resource `jobs`: their owner (`asked_by`) and moderators follow
    them over REST and live. `queue=LONG` is for what takes minutes.
    """

    def declare(function: Callable[..., object]) -> JobTask[..., object]:
        return JobTask(
            func=function,
            priority=priority,
            queue_name=queue,
            takes_context=get_func_args(function)[:1] == ["context"],
            retry=retry or Retry(),
            time_limit=time_limit,
            is_tracked=is_tracked,
        )

    return cast("_Declares", declare)
