"""Running one job that a worker holds, and writing down what came of it."""

from __future__ import annotations

import logging
from time import perf_counter
from traceback import format_exception
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from django.utils.json import normalize_json

from resources import context, spans
from resources.jobs import queue
from resources.jobs.context import JobContext, never
from resources.jobs.declaration import task_of
from resources.jobs.outcomes import (
    JobCancelled,
    JobInterrupted,
    JobPostponed,
    LeaseLost,
    PermanentFailure,
)
from resources.models import JobState

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.models import Job

logger = logging.getLogger("holobase.jobs")


def run_job(job: Job, is_over: Callable[[], bool] = never) -> None:
    """Make one attempt of a job that is held by a lease.

    Raises what the database raises when it has gone away: then the job is still held.
    """
    begun = perf_counter()
    with context.within(job.request_id):
        try:
            _attempt(job, is_over)
        except LeaseLost:
            logger.warning("another worker has the job", extra={"fields": {"job": job.name}})
        finally:
            if spans.exporter.is_on:
                _trace(job, perf_counter() - begun)


def _trace(job: Job, seconds: float) -> None:
    """Note the span of an attempt: a part of the request that asked for the job, if one did."""
    attributes = {"holobase.job": job.name, "holobase.queue": job.queue, "id": str(job.pk)}
    request_id = job.request_id or str(job.pk)
    spans.note_step(f"job {job.name}", spans.CONSUMER, request_id, seconds, attributes)


def _attempt(job: Job, is_over: Callable[[], bool]) -> None:
    try:
        task = task_of(job)
        result = normalize_json(task.run(JobContext(job, task, is_over), job.arguments))
        queue.end(job, JobState.DONE, result=result, **progress_of(job))
    except JobCancelled:
        queue.end(job, JobState.CANCELLED, **progress_of(job))
    except JobInterrupted:
        queue.put_back(job, at=timezone.now(), attempts=job.attempts - 1, **progress_of(job))
    except JobPostponed as wait:
        queue.put_back(job, at=wait.until, awaits=wait.awaits, attempts=0, **progress_of(job))
        if wait.has_come():
            queue.wake([wait.awaits])
    except Exception as failure:
        if not transaction.get_connection().in_atomic_block and not connection.is_usable():
            raise
        note_failure(job, failure)


def note_failure(job: Job, failure: Exception) -> None:
    """Have a job that raised tried again after a pause or, after the last attempt, fail."""
    fields = {"job": job.name, "attempt": job.attempts}
    logger.error("a job failed", exc_info=failure, extra={"fields": fields})
    told = {
        "error": f"{type(failure).__name__}: {failure}"[: queue.LONGEST_ERROR],
        "traceback": "".join(format_exception(failure)),
        **progress_of(job),
    }
    if isinstance(failure, PermanentFailure) or job.attempts >= most_attempts(job):
        queue.end(job, JobState.FAILED, **told)
    else:
        pause = task_of(job).retry.pause(job.attempts)
        queue.put_back(job, at=timezone.now() + pause, **told)


def most_attempts(job: Job) -> int:
    """Return how often a job may be begun in a row."""
    try:
        return task_of(job).retry.attempts
    except PermanentFailure:
        return 0


def take_up_abandoned() -> int:
    """Queue the jobs of dead workers again; return their number."""
    return queue.take_up_abandoned(most_attempts)


def progress_of(job: Job) -> dict[str, object]:
    """Return how far an attempt came, which was not published in between."""
    return {"done": job.done, "total": job.total, "text": job.text}
