"""The worker outlives its database, and what a dead worker left undone is done by another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, override
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from config import former_tasks
from config.background import BackgroundWorker, live_workers
from config.former_tasks import adopt_former_tasks
from config.models import FormerTask
from config.supervision import SupervisedWorker
from resources.jobs import queue
from resources.jobs import worker as worker_module
from resources.jobs.declaration import Retry, job
from resources.jobs.runner import run_job, take_up_abandoned
from resources.models import Job
from server import back_off
from tests.config.test_serve import ROOT
from tests.config.test_writer_process import until

if TYPE_CHECKING:
    from collections.abc import Iterator


@job()
def harmless() -> None:
    """Do nothing."""


def begun_by(worker_id: str, *, times: int = 1) -> Job:
    """Leave a job as if a worker had begun it, after others that died with it."""
    stored = Job.objects.get(pk=harmless.enqueue().id)
    stored.attempts = times - 1
    queue.hold(stored, worker_id)
    return stored


def state_of(stored: Job) -> str:
    stored.refresh_from_db()
    return stored.state


def silent(*jobs: Job) -> None:
    """Let leases run out, as those of workers do that have been silent for long."""
    keys = [each.pk for each in jobs]
    Job.objects.filter(pk__in=keys).update(leased_until=timezone.now() - timedelta(seconds=1))


def test_a_job_of_a_dead_worker_is_queued_again_and_that_of_a_living_one_is_not(db: None) -> None:
    kept, stranded = begun_by("alive"), begun_by("dead")
    silent(kept, stranded)
    worker = BackgroundWorker("alive")
    worker.beat()
    worker.take_up()
    assert live_workers() == {"alive"}
    assert (state_of(kept), state_of(stranded)) == ("running", "waiting")
    assert take_up_abandoned() == 0


def test_a_worker_that_follows_another_takes_its_jobs_up_at_once(db: None) -> None:
    BackgroundWorker("former").beat()
    stranded = begun_by("former")
    worker = BackgroundWorker("next")
    worker.gone.add("former")
    worker.beat()
    worker.take_up()
    assert live_workers() == {"next"}
    assert state_of(stranded) == "waiting"


def test_a_job_that_kills_its_workers_fails_in_the_end(db: None) -> None:
    most = harmless.retry.attempts
    once_more, given_up = begun_by("dead", times=most - 1), begun_by("dead", times=most)
    silent(once_more, given_up)
    assert take_up_abandoned() == 2
    assert (state_of(once_more), state_of(given_up)) == ("waiting", "failed")
    assert given_up.error == queue.KILLED


def test_a_worker_that_loses_its_database_goes_on_when_it_is_back(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job is begun again: whether it was done cannot be known."""
    runner = BackgroundWorker("worker").runners[0]
    stored = Job.objects.get(pk=harmless.enqueue().id)
    attempts = []

    def fall(job: Job, *given: Any) -> None:
        attempts.append(job.attempts)
        if len(attempts) == 1:
            raise OperationalError("the connection is closed")
        run_job(job, *given)
        runner.is_over.set()

    monkeypatch.setattr(worker_module, "run_job", fall)
    monkeypatch.setattr(runner, "pause", 0.01)
    monkeypatch.setattr(Retry, "pause", lambda _retry, _attempt: timedelta())
    runner.run()
    assert (attempts, state_of(stored)) == ([1, 2], "done")


def test_a_job_that_is_past_its_time_ends_its_worker(db: None) -> None:
    runner = BackgroundWorker("worker").runners[0]
    runner.unfinished, runner.began_at = begun_by("worker"), monotonic()
    assert not runner.is_stuck(timedelta())
    runner.began_at -= 3601
    assert runner.is_stuck(timedelta())


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


@pytest.mark.usefixtures("transactional_db")
def test_what_waited_in_the_former_queue_becomes_jobs() -> None:
    assert adopt_former_tasks() == 0
    former_tasks._has_table.cache_clear()
    later = timezone.now() + timedelta(days=2)
    with connection.schema_editor() as editor:
        editor.create_model(FormerTask)
    try:
        for path, args, due in (
            ("files.tasks.delete_bytes", [["a.png"], 3], later),
            (harmless.module_path, [], datetime(9999, 1, 1, tzinfo=UTC)),
            ("tests.nowhere", [], later),
        ):
            FormerTask.objects.create(
                id=uuid4(),
                status="READY",
                task_path=path,
                args_kwargs={"args": args, "kwargs": {}},
                priority=50,
                run_after=due,
            )
        assert adopt_former_tasks() == 3
        assert not FormerTask.objects.exists()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(FormerTask)
        former_tasks._has_table.cache_clear()
    kept, at_once = Job.objects.order_by("-run_at")
    assert (kept.name, kept.run_at, kept.arguments["kwargs"]) == (
        "delete_bytes",
        later,
        {"keys": ["a.png"]},
    )
    assert (at_once.name, at_once.run_at <= timezone.now()) == ("harmless", True)
