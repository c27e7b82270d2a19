"""A worker: threads that run the jobs of their queues until they are asked to end."""

from __future__ import annotations

import logging
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, override

from django.db import InterfaceError, OperationalError, connection

from resources.jobs import queue
from resources.jobs.declaration import task_of
from resources.jobs.outcomes import LeaseLost, PermanentFailure, WorkerDied
from resources.jobs.runner import note_failure, run_job

if TYPE_CHECKING:
    from datetime import timedelta

    from resources.models import Job

logger = logging.getLogger("holobase.jobs")

LOOKS_EVERY = 0.5
"""Seconds between two looks for due jobs, when there was none."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
"""Seconds between attempts to get the database back."""


class QueueRunner(Thread):
    """Runs the jobs of a queue, one at a time; without a database it waits for one."""

    def __init__(self, queue_name: str, worker_id: str, is_over: Event) -> None:
        super().__init__(name=f"jobs-{queue_name}", daemon=True)
        self.queue_name = queue_name
        self.worker_id = worker_id
        self.is_over = is_over
        self.unfinished: Job | None = None
        self.began_at = 0.0
        self.pause = FIRST_PAUSE

    @override
    def run(self) -> None:
        """Run jobs until the worker ends."""
        while not self.is_over.is_set():
            try:
                self._let_go_of_unfinished()
                if not self.run_next():
                    self.is_over.wait(LOOKS_EVERY)
                self.pause = FIRST_PAUSE
            except (OperationalError, InterfaceError) as failure:
                logger.warning("a worker lacks the database: %s", str(failure).strip())
                self.is_over.wait(self.pause)
                self.pause = min(2 * self.pause, LONGEST_PAUSE)
            except Exception:
                logger.exception("a worker could not run a job")
                self.is_over.wait(self.pause)
            finally:
                connection.close_if_unusable_or_obsolete()
        connection.close()

    def run_next(self) -> bool:
        """Run the next due job; return whether there was one."""
        job = queue.claim(self.queue_name, self.worker_id)
        if job is None:
            return False
        self.began_at, self.unfinished = monotonic(), job
        run_job(job, self.is_over.is_set)
        self.unfinished = None
        return True

    def is_stuck(self, grace: timedelta) -> bool:
        """Return whether a job has been running for so much longer than it may."""
        job = self.unfinished
        try:
            limit = task_of(job).time_limit + grace if job else None
        except PermanentFailure:
            return False
        return limit is not None and monotonic() > self.began_at + limit.total_seconds()

    def _let_go_of_unfinished(self) -> None:
        """Have what the database's absence broke off begun again, by whoever comes first."""
        job = self.unfinished
        if job is not None:
            try:
                note_failure(job, WorkerDied("The database went away."))
            except LeaseLost:
                logger.info("another worker has the job", extra={"fields": {"job": job.name}})
            self.unfinished = None
