"""What has to be done from time to time is done, once an hour, by whichever process comes first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as AdminSession
from django.db import connection
from django.tasks.base import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config import tasks
from config.tasks import CHORES, EVERY, keep_house, schedule_housekeeping
from resources import changes
from resources.actors import SYSTEM
from users.models import Proof, Purpose, User
from users.services.proofs import ask_for_proof

if TYPE_CHECKING:
    from tests.personas import Persona

WORKERS = 4


def waiting() -> list[Any]:
    path = keep_house.module_path
    return list(DBTaskResult.objects.filter(task_path=path, status=TaskResultStatus.READY))


def run() -> dict[str, int | None]:
    """Run the waiting housekeeping as a worker would; returns what it came to."""
    for result in waiting():
        result.claim("worker")
    counts: dict[str, int | None] = keep_house.call()
    return counts


def test_the_first_housekeeping_is_due_at_once_and_the_next_in_an_hour(db: None) -> None:
    assert schedule_housekeeping()
    assert waiting()[0].run_after <= timezone.now()
    run()
    (following,) = waiting()
    assert following.run_after - timezone.now() == pytest.approx(EVERY, abs=timedelta(minutes=1))


def test_one_housekeeping_waits_at_a_time(db: None) -> None:
    assert [schedule_housekeeping() for _number in range(3)] == [True, False, False]
    run()
    assert not schedule_housekeeping()
    assert len(waiting()) == 1


@pytest.mark.django_db(transaction=True)
def test_processes_that_start_together_enqueue_one() -> None:
    together = Barrier(WORKERS)

    def start(_number: int) -> bool:
        together.wait()
        try:
            return schedule_housekeeping()
        finally:
            connection.close()

    for _round in range(5):
        with ThreadPoolExecutor(WORKERS) as processes:
            assert sum(processes.map(start, range(WORKERS))) == 1
        assert len(waiting()) == 1
        DBTaskResult.objects.all().delete()


def test_every_chore_is_done_and_counted(alice: Persona) -> None:
    assert alice.user is not None
    user = User.objects.get(pk=alice.user.pk)
    changes.update(user, by=SYSTEM, leaves_at=timezone.now())
    long_ago = timezone.now() - timedelta(days=30)
    ask_for_proof(Purpose.RESET, "old@example.com")
    Proof.objects.update(expires_at=long_ago)
    session = SessionStore()
    session.create()
    AdminSession.objects.update(expire_date=long_ago)
    _finished(long_ago)
    _finished(timezone.now())
    counts = run()
    assert set(counts) == set(CHORES)
    assert None not in counts.values()
    done = ("erased_members", "old_proofs", "admin_sessions", "finished_tasks")
    assert {name: counts[name] for name in done} == dict.fromkeys(done, 1)
    assert not User.objects.get(pk=user.pk).is_active


def test_one_chore_that_fails_stops_neither_the_others_nor_the_next_time(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> int:
        raise OSError("no storage")

    monkeypatch.setattr(tasks, "CHORES", {"broken": fail, "whole": lambda: 7})
    assert run() == {"broken": None, "whole": 7}
    assert "housekeeping failed" in caplog.text
    assert len(waiting()) == 1


def test_what_was_done_is_in_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "holobase.house"):
        run()
    line: Any = next(record for record in caplog.records if record.message == "housekeeping")
    assert set(line.fields) == set(CHORES)


def _finished(at: Any) -> None:
    DBTaskResult.objects.create(
        status=TaskResultStatus.SUCCESSFUL,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="files.tasks.delete_bytes",
        backend_name="default",
        run_after=at,
        finished_at=at,
    )
