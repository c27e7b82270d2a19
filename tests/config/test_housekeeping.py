"""What has to be done from time to time is done, once an hour, by whichever worker comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as AdminSession
from django.utils import timezone

from config import tasks
from config.tasks import CHORES, keep_house
from resources import changes
from resources.actors import SYSTEM
from resources.jobs import queue, schedules
from resources.models import Job, JobState
from tests.working import run_due, waiting
from users.models import Proof, Purpose, User
from users.services.proofs import ask_for_proof

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from tests.personas import Persona


def run() -> Any:
    """Do the housekeeping as a worker would; returns what it came to."""
    keep_house.enqueue()
    assert run_due(keep_house) == 1
    return Job.objects.get(name="keep_house").result


def test_the_first_housekeeping_is_due_at_once_and_the_next_in_an_hour(db: None) -> None:
    schedules.discover_schedules()
    now = timezone.now().replace(minute=30)
    schedules.enqueue_due(now)
    assert waiting(keep_house).get().run_at <= timezone.now()
    schedules.enqueue_due(now + timedelta(minutes=29))
    assert waiting(keep_house).count() == 1
    schedules.enqueue_due(now + timedelta(minutes=31))
    assert waiting(keep_house).count() == 2


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
    for finished_at in (long_ago, timezone.now()):
        put_done(finished_at, is_tracked=False)
    put_done(long_ago, is_tracked=True)
    counts = run()
    assert set(counts) == set(CHORES)
    assert None not in counts.values()
    done = {"erased_members": 1, "old_proofs": 1, "admin_sessions": 1, "old_jobs": 2}
    assert {name: counts[name] for name in done} == done
    assert not User.objects.get(pk=user.pk).is_active


def test_one_chore_that_fails_does_not_stop_the_others(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> int:
        raise OSError("no storage")

    monkeypatch.setattr(tasks, "CHORES", {"broken": fail, "whole": lambda: 7})
    assert run() == {"broken": None, "whole": 7}
    assert "housekeeping failed" in caplog.text


def test_what_was_done_is_in_the_log(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "holobase.house"):
        run()
    line: Any = next(record for record in caplog.records if record.message == "housekeeping")
    assert set(line.fields) == set(CHORES)


def put_done(finished_at: datetime, *, is_tracked: bool) -> None:
    queue.put(
        name="delete_bytes",
        path="files.tasks.delete_bytes",
        is_tracked=is_tracked,
        state=JobState.DONE,
        finished_at=finished_at,
    )
