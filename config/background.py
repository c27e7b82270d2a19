"""The background worker: it outlives its database, and takes up what dead workers left undone.

A worker says every `BEAT_SECONDS` that it is alive. One that has been silent for `SILENT_AFTER` is
reported. A task that is marked as running by a worker that has been silent for `GONE_AFTER` is
queued again; tasks are idempotent, so one that had done its work already does no harm.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from itertools import count
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS
from django.tasks.base import TaskResultStatus
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from config.log_follower import LogFollower
from config.models import WorkerHeartbeat

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

logger = logging.getLogger("holobase.worker")

BEAT_SECONDS = 1.0
BEATS_BETWEEN_SEARCHES = 5
"""After how many beats a worker looks again for tasks that another one left undone."""
SILENT_AFTER = timedelta(seconds=3)
GONE_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 5
"""How often a task is begun before it is taken for one that kills its workers."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
UNFINISHED = "The worker ended before the task, which was tried as often as allowed."


class BackgroundWorker:
    """Runs tasks until it is asked to end; without a database it waits for one."""

    def __init__(self, worker_id: str) -> None:
        self.worker_id = worker_id
        self.gone: set[str] = set()
        self.pause = FIRST_PAUSE

    def run(self) -> None:
        """Run tasks, and the log consumers beside them, until SIGTERM or SIGINT."""
        Thread(target=self._beat_for_ever, name="heartbeat", daemon=True).start()
        with LogFollower():
            while not self._is_finished():
                # A task that was under way is still marked as running, by a worker of this name.
                self.gone.add(self.worker_id)
                self.worker_id = new_worker_id()
                connection.close()
                sleep(self.pause)
                self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def _is_finished(self) -> bool:
        """Run tasks; False when the database went away meanwhile."""
        worker = _worker(self.worker_id)
        worker.configure_signals()
        try:
            self.beat()
            self.take_up()
            self.pause = FIRST_PAUSE
            worker.run()
        except (OperationalError, InterfaceError) as failure:
            logger.warning("the worker has lost the database: %s", str(failure).strip())
            return False
        return True

    def beat(self) -> None:
        """Say that this worker is alive."""
        now = {"seen_at": Now()}
        WorkerHeartbeat.objects.update_or_create(worker_id=self.worker_id, defaults=now)

    def take_up(self) -> None:
        """Say that this worker's former names are dead, and queue stranded tasks again."""
        gone = set(self.gone)
        forget_workers(gone)
        self.gone -= gone
        requeue_stranded_tasks()

    def _beat_for_ever(self) -> None:
        for number in count(1):
            sleep(BEAT_SECONDS)
            try:
                self.beat()
                if number % BEATS_BETWEEN_SEARCHES == 0:
                    self.take_up()
            except (OperationalError, InterfaceError) as failure:
                logger.warning("the worker can't say that it is alive: %s", str(failure).strip())
            finally:
                connection.close_if_unusable_or_obsolete()


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
    fresh = WorkerHeartbeat.objects.filter(seen_at__gt=Now() - within)
    return set(fresh.values_list("worker_id", flat=True))


def requeue_stranded_tasks() -> int:
    """Queue the tasks again whose workers are dead; return their number.

    A task that has been begun `MOST_ATTEMPTS` times fails instead.
    """
    # Read before the workers: whoever begins a task has said that it is alive.
    running = list(DBTaskResult.objects.running())
    if not running:
        return 0
    alive = live_workers()
    stranded = [task for task in running if not alive.intersection(task.worker_ids[-1:])]
    return sum(_requeue(task.pk, task.worker_ids) for task in stranded)


def _requeue(task_id: UUID, worker_ids: list[str]) -> int:
    """Queue one task again unless another worker has done so meanwhile."""
    with transaction.atomic():
        locked = DBTaskResult.objects.running().select_for_update().filter(pk=task_id).first()
        if locked is None or locked.worker_ids != worker_ids:
            return 0
        if len(worker_ids) < MOST_ATTEMPTS:
            locked.status, locked.started_at = TaskResultStatus.READY, None
            locked.save(update_fields=["status", "started_at"])
        else:
            locked.set_failed(RuntimeError(UNFINISHED))
    logger.warning("a task was left undone", extra={"fields": {"task": locked.task_path}})
    return 1


def end_with_parent(pipe: int) -> None:
    """End this process as soon as nobody holds the other end of a pipe any more."""

    def wait() -> None:
        os.read(pipe, 1)
        os._exit(1)

    Thread(target=wait, name="parent", daemon=True).start()


def _worker(worker_id: str) -> Worker:
    return Worker(
        queue_names=["*"],
        interval=1,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
