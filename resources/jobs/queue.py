"""The rows of jobs: written by the write door if they are tracked, and held by leases."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from resources import changes, context, row_sql
from resources.actors import SYSTEM
from resources.errors import Problem
from resources.jobs.outcomes import LeaseLost
from resources.models import OVER, Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from resources.actors import Actor

logger = logging.getLogger("holobase.jobs")

LEASE = timedelta(seconds=30)
"""How long a worker may be silent before others take its jobs up."""
FAR_FUTURE = datetime(9000, 1, 1, tzinfo=UTC)
"""When a job is begun that waits for news alone."""
KILLED = "The worker ended in the middle, as often as the job may be tried."
LONGEST_ERROR = 300
KEPT_FOR = timedelta(days=7)
FAILURES_KEPT_FOR = timedelta(days=30)


def put(**values: object) -> Job:
    """Store a new job, to be begun when the transaction has been committed."""
    values = {"request_id": context.request_id(), **values}
    if values["is_tracked"]:
        return changes.create(Job, by=SYSTEM, **values)
    row = Job(**values)
    row_sql.insert(row)
    return row


def write(job: Job, values: Mapping[str, object], *, by: Actor = SYSTEM) -> None:
    """Write columns of a job's row, which the caller has locked."""
    if job.is_tracked:
        changes.update(job, by=by, **values)
        return
    for name, value in values.items():
        setattr(job, name, value)
    row_sql.update(job, list(values))


def claim(queue_name: str, worker_id: str) -> Job | None:
    """Take the next due job of a queue for a lease, if there is one.

    Of several workers one gets it.
    """
    due = Job.objects.due().filter(queue=queue_name)
    # On SQLite only the transaction keeps others from writing: most looks find nothing.
    if not due.exists():
        return None
    with transaction.atomic():
        job = due.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return None
        hold(job, worker_id)
    return job


def hold(job: Job, worker_id: str) -> None:
    """Begin an attempt of a job that nobody holds."""
    begun = {"state": JobState.RUNNING, "started_at": timezone.now(), "awaits": ""}
    lease = {"worker_id": worker_id, "lease": token_hex(16), "attempts": job.attempts + 1}
    write(job, begun | lease)
    Job.objects.filter(pk=job.pk).update(leased_until=Now() + LEASE)


def renew_leases(worker_id: str) -> None:
    """Hold on to the jobs that a worker runs."""
    held = Job.objects.filter(state=JobState.RUNNING, worker_id=worker_id)
    held.update(leased_until=Now() + LEASE)


def end_leases(worker_ids: Collection[str]) -> None:
    """Let others have what workers ran that are dead for certain."""
    held = Job.objects.filter(state=JobState.RUNNING, worker_id__in=worker_ids)
    held.update(leased_until=Now() - timedelta(seconds=1))


@contextmanager
def held(job: Job) -> Iterator[Job]:
    """Lock the row of a job as it is now; raises LeaseLost when another worker has the job."""
    with transaction.atomic():
        current = row_sql.read(Job, job.pk)
        if current is None or current.state != JobState.RUNNING or current.lease != job.lease:
            raise LeaseLost
        yield current


def save_checkpoint(job: Job, checkpoint: dict[str, object]) -> None:
    """Write which steps are done, in their own transaction; raises LeaseLost as `held` does."""
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, lease=job.lease)
    if not mine.update(checkpoint=checkpoint, attempts=1):
        raise LeaseLost


def end(job: Job, state: JobState, **values: object) -> None:
    """Write down how a job ended, and wake those that wait for it."""
    with held(job) as current:
        _finish(current, state, by=SYSTEM, is_cancelling=False, **values)


def _finish(job: Job, state: JobState, *, by: Actor, **values: object) -> None:
    """Write down how a job ended whose row is locked, and wake those that wait for it."""
    over = {"state": state, "lease": "", "finished_at": timezone.now()}
    write(job, {**over, **values}, by=by)
    wake([f"jobs/{job.pk}"])


def put_back(job: Job, *, at: datetime, **values: object) -> None:
    """Let a job wait that was begun."""
    with held(job) as current:
        write(current, {"state": JobState.WAITING, "lease": "", "run_at": at, **values})


def wake(names: Collection[str]) -> int:
    """Begin the jobs that await news of one of these names; return their number."""
    waiting = Job.objects.filter(state=JobState.WAITING, awaits__in=[*filter(None, names)])
    if not waiting.exists():
        return 0
    count = 0
    for job in waiting.select_for_update(of=("self",)):
        write(job, {"run_at": timezone.now(), "awaits": ""})
        count += 1
    return count


def take_up_kept_by_clock() -> int:
    """Begin the jobs that would wait for a clock that was set back; return their number."""
    count = 0
    for found in list(Job.objects.kept_by_clock()):
        with transaction.atomic():
            job = Job.objects.kept_by_clock().select_for_update(of=("self",)).filter(pk=found.pk)
            for waiting in job:
                write(waiting, {"run_at": timezone.now()})
                count += 1
    return count


def take_up_abandoned(attempts_of: Callable[[Job], int]) -> int:
    """Queue the jobs again whose leases have run out; return their number.

    One that was begun as often as it may be (`attempts_of(job)`) fails instead: it may be what
    kills its workers.
    """
    return sum(_take_up(job, attempts_of(job)) for job in list(Job.objects.abandoned(LEASE)))


def _take_up(found: Job, most: int) -> int:
    """Queue one job again unless another worker has done so meanwhile."""
    with transaction.atomic():
        abandoned = Job.objects.abandoned(LEASE).filter(pk=found.pk, lease=found.lease)
        job = abandoned.select_for_update(skip_locked=True, of=("self",)).first()
        if job is None:
            return 0
        if job.attempts < most:
            write(job, {"state": JobState.WAITING, "lease": "", "run_at": timezone.now()})
        else:
            _finish(job, JobState.FAILED, by=SYSTEM, error=KILLED)
    logger.warning("a job was left undone", extra={"fields": {"job": job.name}})
    return 1


def cancel_job(job: Job, *, by: Actor) -> Job:
    """Cancel a job: at once while it waits, else before its next step.

    One that has steps to undo is begun for that. Raises Problem 409 when it has ended.
    """
    with changes.together():
        current = changes.locked(job)
        if current.state in OVER:
            raise Problem(409, "job_is_over", _("The job has ended already."))
        if current.state == JobState.RUNNING:
            write(current, {"is_cancelling": True}, by=by)
        elif current.checkpoint:
            at_once = {"run_at": timezone.now(), "awaits": ""}
            write(current, {"is_cancelling": True, **at_once}, by=by)
        else:
            _finish(current, JobState.CANCELLED, by=by, awaits="")
    return current


def retry_job(job: Job, *, by: Actor) -> Job:
    """Begin a job anew that failed or was cancelled, after the steps that are done.

    Raises Problem 409 for any other.
    """
    with changes.together():
        current = changes.locked(job)
        if current.state not in (JobState.FAILED, JobState.CANCELLED):
            raise Problem(409, "job_has_not_failed", _("The job has not failed."))
        again = {"state": JobState.WAITING, "run_at": timezone.now(), "attempts": 0}
        write(current, {"error": "", "traceback": "", "finished_at": None, **again}, by=by)
    return current


def forget_old_jobs() -> int:
    """Delete jobs that ended a week ago, those that failed after a month; return their number."""
    now = timezone.now()
    old = Job.objects.over().filter(finished_at__lt=now - KEPT_FOR)
    old = old.exclude(state=JobState.FAILED, finished_at__gte=now - FAILURES_KEPT_FOR)
    count = 0
    for job in old.filter(is_tracked=True):
        changes.delete(job, by=SYSTEM)
        count += 1
    return count + old.filter(is_tracked=False).delete()[0]
