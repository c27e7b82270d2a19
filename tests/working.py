"""Doing in a test what the background worker does: running the jobs that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from resources.jobs import queue
from resources.jobs.runner import run_job
from resources.models import Job, JobState

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.tasks import Task

QUEUES = ("default", "long")


def waiting(*tasks: Task[..., Any]) -> QuerySet[Job]:
    """Return the jobs that wait (all, or those of some tasks), the next first."""
    jobs = Job.objects.filter(state=JobState.WAITING).order_by("run_at")
    return jobs.filter(path__in=[task.module_path for task in tasks]) if tasks else jobs


def run_due(*tasks: Task[..., Any]) -> int:
    """Run every job that is due, and those that they make due, as a worker would; count them."""
    count = 0
    while due := waiting(*tasks).filter(run_at__lte=timezone.now()).first():
        queue.hold(due, "test")
        run_job(due)
        count += 1
    return count


def make_due(*tasks: Task[..., object]) -> None:
    """Have the jobs that wait for a later time be due."""
    for job in waiting(*tasks):
        queue.write(job, {"run_at": timezone.now()})


def run_later(*tasks: Task[..., Any]) -> int:
    """Run the jobs that wait, whenever their time is."""
    make_due(*tasks)
    return run_due(*tasks)
