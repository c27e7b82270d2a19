"""The worker outlives its database, and what a dead worker left undone is done by another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any, override

import pytest
from django.db import OperationalError
from django.tasks import task
from django.tasks.base import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config import background
from config.background import (
    GONE_AFTER,
    MOST_ATTEMPTS,
    BackgroundWorker,
    live_workers,
    requeue_stranded_tasks,
)
from config.models import WorkerHeartbeat
from config.supervision import SupervisedWorker
from server import back_off
from tests.config.test_serve import ROOT
from tests.config.test_writer_process import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@task
def harmless() -> None:
    """Do nothing."""


def begun_by(*worker_ids: str) -> DBTaskResult[Any, Any]:
    """Leave a task as if the last of these workers had begun it."""
    stored = DBTaskResult.objects.get(pk=harmless.enqueue().id)
    for worker_id in worker_ids:
        stored.claim(worker_id)
    return stored


def status_of(stored: DBTaskResult[Any, Any]) -> str:
    stored.refresh_from_db()
    return str(stored.status)


def test_a_task_of_a_dead_worker_is_queued_again(db: None) -> None:
    BackgroundWorker("alive").beat()
    kept, stranded = begun_by("alive"), begun_by("dead")
    assert requeue_stranded_tasks() == 1
    assert status_of(kept) == TaskResultStatus.RUNNING
    assert status_of(stranded) == TaskResultStatus.READY
    assert requeue_stranded_tasks() == 0


def test_a_worker_that_is_silent_for_long_is_taken_for_dead(db: None) -> None:
    BackgroundWorker("quiet").beat()
    stranded = begun_by("quiet")
    WorkerHeartbeat.objects.update(seen_at=timezone.now() - GONE_AFTER)
    alive = BackgroundWorker("alive")
    alive.beat()
    alive.take_up()
    assert live_workers() == {"alive"}
    assert status_of(stranded) == TaskResultStatus.READY


def test_a_worker_that_follows_another_takes_its_tasks_up_at_once(db: None) -> None:
    BackgroundWorker("former").beat()
    stranded = begun_by("former")
    worker = BackgroundWorker("next")
    worker.gone.add("former")
    worker.beat()
    worker.take_up()
    assert live_workers() == {"next"}
    assert status_of(stranded) == TaskResultStatus.READY


def test_a_task_that_kills_its_workers_fails_in_the_end(db: None) -> None:
    workers = [f"dead{number}" for number in range(MOST_ATTEMPTS)]
    once_more, given_up = begun_by(*workers[1:]), begun_by(*workers)
    assert requeue_stranded_tasks() == 2
    assert status_of(once_more) == TaskResultStatus.READY
    assert status_of(given_up) == TaskResultStatus.FAILED
    assert background.UNFINISHED in given_up.traceback


def test_a_worker_that_loses_its_database_goes_on_under_another_name(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Falls:
        """Loses the database twice, then is asked to end."""

        def __init__(self, worker_id: str) -> None:
            seen.append(worker_id)

        def configure_signals(self) -> None:
            """Leave those of the test run alone."""

        def run(self) -> None:
            if len(seen) < 3:
                begun_by(seen[-1])
                raise OperationalError("the connection is closed")

    monkeypatch.setattr(background, "_worker", Falls)
    monkeypatch.setattr(background, "sleep", lambda _seconds: None)
    monkeypatch.setattr(BackgroundWorker, "_beat_for_ever", lambda _worker: None)
    BackgroundWorker("first").run()
    assert len(set(seen)) == 3
    assert live_workers() == {seen[-1]}
    assert {status_of(each) for each in DBTaskResult.objects.all()} == {TaskResultStatus.READY}


class Stub(SupervisedWorker):
    """Runs `sleep`-like processes instead of workers: they end with their parent as those do."""

    @override
    def _command(self) -> list[str]:
        code = "import os, sys; os.read(int(sys.argv[1]), 1)"
        return [sys.executable, "-c", code, str(self.theirs)]

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(back_off, "FIRST_PAUSE", 0.0)
    worker = Stub()
    worker.start()
    until(lambda: worker.process is not None)
    yield worker
    worker.end()
    assert worker.process is not None
    assert worker.process.returncode == -signal.SIGTERM


def test_a_worker_that_is_killed_is_started_again(supervised: Stub) -> None:
    former, name = supervised.pid, supervised.worker_id
    os.kill(former, signal.SIGKILL)
    until(lambda: supervised.pid != former)
    assert supervised.process is not None
    arguments: Any = supervised.process.args
    assert arguments[arguments.index("--replaces") + 1] == name


def test_pauses_between_deaths_grow_up_to_a_limit() -> None:
    pauses_between = back_off.BackOff()
    pauses = [pauses_between.next() for _death in range(8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == back_off.LONGEST_PAUSE
    pauses_between.started -= 2 * back_off.STEADY_SECONDS
    assert pauses_between.next() == back_off.FIRST_PAUSE


def test_a_worker_ends_when_its_parent_is_gone() -> None:
    theirs, ours = os.pipe()
    code = "import sys, time; from config.background import end_with_parent;"
    code += "end_with_parent(int(sys.argv[1])); print('up', flush=True); time.sleep(600)"
    setup = "import django; from config import env; env.select_settings(); django.setup();"
    command = [sys.executable, "-c", setup + code, str(theirs)]
    with subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        os.close(ours)
        assert child.wait(60) == 1
    os.close(theirs)
