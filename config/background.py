"""The background worker: it outlives its database, and takes up what dead workers left undone.

A worker says every `BEAT_SECONDS` that it is alive, and with that renews the leases of the jobs
that it runs. One that has been silent for `SILENT_AFTER` is reported; the jobs of one that has been
silent for `resources.jobs.queue.LEASE` are begun again.
"""

from __future__ import annotations

import logging
import os
import signal
from datetime import timedelta
from itertools import count
from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.tasks import DEFAULT_TASK_QUEUE_NAME
from django.utils import timezone
from django.utils.crypto import get_random_string

from config.former_tasks import adopt_former_tasks
from config.log_follower import LogFollower
from config.models import WorkerHeartbeat
from resources.jobs.declaration import LONG
from resources.jobs.queue import LEASE, end_leases, renew_leases, take_up_kept_by_clock
from resources.jobs.runner import take_up_abandoned
from resources.jobs.schedules import discover_schedules, enqueue_due
from resources.jobs.worker import QueueRunner

if TYPE_CHECKING:
    from collections.abc import Collection

logger = logging.getLogger("holobase.worker")

BEAT_SECONDS = 1.0
BEATS_BETWEEN_SEARCHES = 5
"""After how many beats a worker looks again for jobs that another one left undone."""
SILENT_AFTER = timedelta(seconds=3)
GONE_AFTER = LEASE
GRACE = timedelta(minutes=1)
"""How much longer than its time limit a job may run on before the worker ends with it."""
STUCK = 70
"""The exit status of a worker that a job holds up (EX_SOFTWARE)."""


class BackgroundWorker:
    """Runs jobs until it is asked to end; without a database it waits for one."""

    def __init__(self, worker_id: str) -> None:
        self.worker_id = worker_id
        self.gone: set[str] = set()
        self.is_over = Event()
        # Nobody should wait for a mail because a backup is being made.
        self.runners = [
            QueueRunner(name, worker_id, self.is_over) for name in (DEFAULT_TASK_QUEUE_NAME, LONG)
        ]

    def run(self) -> None:
        """Run jobs and schedules, and the log consumers beside them, until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.end())
        discover_schedules()
        Thread(target=self._beat_for_ever, name="heartbeat", daemon=True).start()
        with LogFollower():
            for runner in self.runners:
                runner.start()
            for runner in self.runners:
                runner.join()

    def end(self) -> None:
        """End after the step that each job is at; asked a second time, at once."""
        if self.is_over.is_set():
            os._exit(1)
        self.is_over.set()

    def beat(self) -> None:
        """Say that this worker is alive, and goes on with its jobs."""
        now = {"seen_at": Now()}
        WorkerHeartbeat.objects.update_or_create(worker_id=self.worker_id, defaults=now)
        renew_leases(self.worker_id)

    def take_up(self) -> None:
        """Say that workers are dead that are known to be, and queue what they left undone."""
        gone = set(self.gone)
        forget_workers(gone)
        end_leases(gone)
        self.gone -= gone
        take_up_abandoned()
        take_up_kept_by_clock()
        adopt_former_tasks()

    def _beat_for_ever(self) -> None:
        for number in count():
            try:
                self.beat()
                enqueue_due(timezone.now())
                if number % BEATS_BETWEEN_SEARCHES == 0:
                    self.take_up()
            except (OperationalError, InterfaceError) as failure:
                logger.warning("the worker can't say that it is alive: %s", str(failure).strip())
            except Exception:
                logger.exception("the worker's heartbeat failed")
            finally:
                connection.close_if_unusable_or_obsolete()
            self._end_if_stuck()
            sleep(BEAT_SECONDS)

    def _end_if_stuck(self) -> None:
        """End this process when a job doesn't: another worker makes the next attempt."""
        if any(runner.is_stuck(GRACE) for runner in self.runners):
            logger.error("a job is past its time limit and holds the worker up")
            os._exit(STUCK)


def new_worker_id() -> str:
    """Return an id that no other worker has."""
    return get_random_string(32)


def forget_workers(worker_ids: Collection[str]) -> None:
    """Take workers for dead, and those, too, that have been silent for a day."""
    long_gone = WorkerHeartbeat.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1))
    if worker_ids or long_gone.exists():
        (long_gone | WorkerHeartbeat.objects.filter(worker_id__in=worker_ids)).delete()


def live_workers(within: timedelta = GONE_AFTER) -> set[str]:
    """Return the ids of the workers that have lately said that they are alive."""
    # One that is of the future is from before the clock was set back.
    fresh = WorkerHeartbeat.objects.filter(seen_at__gt=Now() - within, seen_at__lt=Now() + within)
    return set(fresh.values_list("worker_id", flat=True))


def end_with_parent(pipe: int) -> None:
    """End this process as soon as nobody holds the other end of a pipe any more."""

    def wait() -> None:
        os.read(pipe, 1)
        os._exit(1)

    Thread(target=wait, name="parent", daemon=True).start()
