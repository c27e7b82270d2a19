"""Workflows: jobs whose steps wait for each other, for a time or for news, and can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, cast, override

from django.tasks import DEFAULT_TASK_QUEUE_NAME
from django.utils.translation import gettext as _

from resources import changes
from resources.errors import Problem
from resources.jobs import queue
from resources.jobs.arguments import decoded
from resources.jobs.declaration import JobTask, Retry
from resources.jobs.outcomes import JobCancelled, PermanentFailure
from resources.jobs.steps import WorkflowStep, signal_name
from resources.log_consumers import LogConsumer, consume
from resources.models import OVER, JobSignal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from resources.actors import Actor
    from resources.jobs.context import JobContext
    from resources.json_text import JsonObject
    from resources.models import Change, Job

FAILURE = "failure"
"""What a workflow's checkpoint holds while its steps are undone: why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowTask[**P](JobTask[P, Sequence[WorkflowStep]]):
    """A job that does the steps that its function returns, in their order.

    The function is called whenever the workflow goes on, so it only lists steps. When a step has
    failed for good, or the workflow is cancelled, what was done is undone, the last first.
    """

    @override
    def run(self, context: JobContext, arguments: JsonObject) -> object:
        """Go on from the first step that is not done; return what the steps returned, by name."""
        steps = self._steps(arguments)
        if FAILURE not in context.job.checkpoint:
            try:
                return self._advance(context, steps)
            except JobCancelled:
                context.note(FAILURE, "")
            except Exception as failure:
                if not (isinstance(failure, PermanentFailure) or context.is_last_attempt):
                    raise
                context.note(FAILURE, f"{type(failure).__name__}: {failure}")
        return self._undo(context, steps)

    def _steps(self, arguments: JsonObject) -> Sequence[WorkflowStep]:
        steps: Sequence[WorkflowStep] = self.func(**decoded(self.func, arguments))
        (name, times), *_others = Counter(step.name for step in steps).most_common(1)
        if times > 1:
            raise PermanentFailure(f"Steps of one workflow share the name {name}.")
        return steps

    def _advance(self, context: JobContext, steps: Sequence[WorkflowStep]) -> object:
        for number, step in enumerate(steps):
            context.check()
            context.report(done=number, total=len(steps), text=step.name)
            step.advance(context)
        context.report(done=len(steps), text="")
        return {step.name: context.results.get(step.name) for step in steps}

    def _undo(self, context: JobContext, steps: Sequence[WorkflowStep]) -> object:
        """Undo the steps that are done; raises what the workflow ends with."""
        context.can_be_cancelled = False
        failure: str = context.job.checkpoint[FAILURE]
        for step in reversed(steps):
            context.report(text=f"undo {step.name}")
            step.compensate(context)
        # Whoever tries the workflow again begins at the first step.
        context.forget()
        if failure:
            raise PermanentFailure(failure)
        raise JobCancelled


class _DeclaresWorkflow(Protocol):
    def __call__[**P](
        self, function: Callable[P, Sequence[WorkflowStep]], /
    ) -> WorkflowTask[P]: ...


def workflow(
    *,
    follows: Collection[str] = (),
    retry: Retry | None = None,
    time_limit: timedelta = timedelta(hours=1),
    is_tracked: bool = True,
) -> _DeclaresWorkflow:
    """Declare a function that returns steps to be a workflow: `name.enqueue(…)` starts it.

    Steps are made by the functions of `resources.jobs.steps`. Each is tried as `retry` says.
    `follows` names the resources whose changes its steps wait for.
    """

    def declare(function: Callable[..., Sequence[WorkflowStep]]) -> WorkflowTask[...]:
        if follows:
            name = f"workflow-{function.__name__}".replace("_", "-")
            consume(LogConsumer(name, frozenset(follows), wake_followers))
        return WorkflowTask(
            func=function,
            queue_name=DEFAULT_TASK_QUEUE_NAME,
            retry=retry or Retry(),
            is_tracked=is_tracked,
            time_limit=time_limit,
        )

    return cast("_DeclaresWorkflow", declare)


def wake_followers(batch: Sequence[Change]) -> None:
    """Let workflows look again that wait for changes of these records (log consumer)."""
    queue.wake([f"{change.resource}/{change.record_id}" for change in batch])


def send_signal(job: Job, *, by: Actor, name: str, payload: object = None) -> Job:
    """Tell a workflow what it waits for, or will; raises Problem 409 when it has ended."""
    del by  # A signal says what has happened, whoever tells it.
    with changes.together():
        current = changes.locked(job)
        if current.state in OVER:
            raise Problem(409, "job_is_over", _("The job has ended already."))
        JobSignal.objects.create(job=current, name=name, payload=payload)
        queue.wake([signal_name(current, name)])
    current.refresh_from_db()
    return current
