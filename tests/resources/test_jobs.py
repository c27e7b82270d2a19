"""A job is done once, step by step, whoever is killed, cancels it or has it already."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.tasks import default_task_backend

from resources.jobs import queue
from resources.jobs.context import JobContext
from resources.jobs.declaration import Retry, job
from resources.jobs.outcomes import LeaseLost, PermanentFailure
from resources.jobs.schedules import Cron, Interval
from resources.models import Job, JobState, KeptAnswer
from tests.working import run_due, run_later, waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.personas import Persona

happens: list[Callable[[int], object]] = []
"""What happens at each step of the jobs below."""


@pytest.fixture(autouse=True)
def nothing_happens() -> None:
    happens.clear()


def count_up(number: int) -> None:
    """Note a step in the database, and let happen what the test has prepared."""
    KeptAnswer.objects.create(actor="count", key=str(number))
    for event in happens:
        event(number)


@job(is_tracked=True, retry=Retry(attempts=3))
def count_to(context: JobContext, number: int) -> int:
    """Count."""
    return context.for_each(range(number), count_up)


@job()
def takes_all(
    text: str,
    key: UUID,
    at: datetime,
    days: list[date],
    options: dict[str, int | None],
    share: float = 0.5,
) -> list[str]:
    """Tell the types of its arguments."""
    given = (text, key, at, days[0], options, share)
    return [type(value).__name__ for value in given]


@job()
def refuses() -> None:
    """Fail for good."""
    raise PermanentFailure("There is nothing to do here.")


@job()
def keeps_notes(context: JobContext) -> list[str]:
    """Do two steps, each with a result of its own."""
    key = context.once("key", lambda: str(uuid4()))
    if context.attempt == 1 and not happens:
        happens.append(print)
        raise OSError("the network is away")
    return [key, context.once("twice", lambda: key + key)]


def counted() -> list[int]:
    """Return the steps whose effects are in the database."""
    return sorted(int(note.key) for note in KeptAnswer.objects.filter(actor="count"))


def begun(task: Any = count_to, number: int = 5) -> Job:
    """Enqueue a job and have a worker hold it."""
    task.enqueue(number)
    claimed = queue.claim("default", "worker")
    assert claimed is not None
    return claimed


def test_a_job_counts_keeps_its_result_and_tells_how_far_it_is(db: None) -> None:
    result = count_to.enqueue(3)
    assert run_due() == 1
    result.refresh()
    assert (result.status, result.return_value) == ("SUCCESSFUL", 3)
    done = Job.objects.get(pk=result.id)
    assert (done.state, done.done, done.total, counted()) == ("done", 3, 3, [0, 1, 2])
    assert default_task_backend.get_result(result.id).task == count_to


def test_a_step_that_fails_is_undone_and_tried_again_after_a_pause(db: None) -> None:
    """Attempts in vain are counted from the last step that was done."""

    def fail_at_three(number: int) -> None:
        if number == 3:
            raise OSError("the network is away")

    happens.append(fail_at_three)
    count_to.enqueue(5)
    assert (run_due(), run_due()) == (1, 0)
    (again,) = waiting()
    assert (counted(), again.done, again.attempts) == ([0, 1, 2], 3, 1)
    assert again.error == "OSError: the network is away"
    assert run_later() == 1
    assert waiting().get().attempts == 2
    happens.clear()
    assert run_later() == 1
    assert (counted(), Job.objects.get().state) == ([0, 1, 2, 3, 4], "done")


def test_pauses_grow_up_to_a_limit_and_differ() -> None:
    retry = Retry(first_pause=timedelta(seconds=10), longest_pause=timedelta(minutes=2))
    pauses = [retry.pause(attempt) / timedelta(seconds=1) for attempt in range(1, 8)]
    expected = (10, 20, 40, 80, 120, 120, 120)
    assert all(0.8 * e <= p <= 1.2 * e for p, e in zip(pauses, expected, strict=True))
    assert len({retry.pause(1) for _number in range(9)}) > 1


def test_a_job_fails_after_its_last_attempt_or_when_no_other_would_help(
    db: None, admin: Persona
) -> None:
    happens.append(lambda number: 1 / number)
    count_to.enqueue(2)
    assert [run_later() for _attempt in range(4)] == [1, 1, 1, 0]
    failed = Job.objects.get()
    assert (failed.state, failed.error) == ("failed", "ZeroDivisionError: division by zero")
    happens.clear()
    assert admin.api.post(f"jobs/{failed.pk}/retry").json()["state"] == "waiting"
    assert (run_due(), counted()) == (1, [0, 1])
    assert admin.api.post(f"jobs/{failed.pk}/retry").status_code == 409
    refuses.enqueue()
    assert (run_later(), run_later()) == (1, 0)
    Job.objects.filter(name="refuses").update(path="tests.nowhere", state="waiting")
    assert run_later() == 1
    assert "tests.nowhere" in Job.objects.get(name="refuses").error


def test_a_job_goes_on_after_the_steps_that_another_worker_has_done(db: None) -> None:
    """The other was killed: nothing says so but that it no longer renews its lease."""

    class Killed(BaseException):
        """Ends a worker at once."""

    def kill(number: int) -> None:
        if number == 2:
            raise Killed

    happens.append(kill)
    held = begun()
    with pytest.raises(Killed):
        count_to.run(JobContext(held, count_to), held.arguments)
    assert Job.objects.get().state == "running"
    assert queue.claim("default", "another") is None
    Job.objects.update(leased_until=datetime(2026, 1, 1, tzinfo=UTC))
    assert queue.take_up_abandoned(lambda _job: 5) == 1
    happens.clear()
    assert run_due() == 1
    assert (counted(), Job.objects.get().attempts) == ([0, 1, 2, 3, 4], 1)


def test_a_worker_that_lost_its_job_can_commit_nothing_more(db: None) -> None:
    """It stood still for longer than its lease, in the middle of a step."""

    def stand_still(number: int) -> None:
        if number == 1:
            Job.objects.update(lease="another's")

    happens.append(stand_still)
    held = begun()
    with pytest.raises(LeaseLost):
        count_to.run(JobContext(held, count_to), held.arguments)
    assert counted() == [0]
    stand_still(1)
    with pytest.raises(LeaseLost):
        queue.end(held, JobState.DONE)


def test_alice_follows_and_cancels_her_job_and_bob_sees_nothing_of_it(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    key = count_to.asked_by(alice.actor).enqueue(5).id
    happens.append(lambda number: number == 2 and alice.api.post(f"jobs/{key}/cancel"))
    takes_all.enqueue("x", uuid4(), datetime.now(UTC), [date(2026, 1, 1)], {})
    assert [job["id"] for job in moderator.api.get("jobs").json()["results"]] == [key]
    assert alice.api.get("jobs").json()["results"][0]["state"] == "waiting"
    assert bob.api.get("jobs").json()["results"] == []
    assert bob.api.get(f"jobs/{key}").status_code == 404
    assert bob.api.post(f"jobs/{key}/cancel").status_code == 404
    assert moderator.api.post(f"jobs/{key}/cancel").status_code == 403
    assert run_due(count_to) == 1
    seen = alice.api.get(f"jobs/{key}").json()
    assert (seen["state"], seen["done"], seen["total"]) == ("cancelled", 3, 5)
    refused = alice.api.post(f"jobs/{key}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "job_is_over")
    waits = count_to.asked_by(alice.actor).enqueue(5).id
    assert alice.api.post(f"jobs/{waits}/cancel").json()["state"] == "cancelled"
    assert (run_due(count_to), counted()) == (0, [0, 1, 2])


def test_what_a_job_has_noted_stands_in_its_next_attempt(db: None) -> None:
    keeps_notes.enqueue()
    assert (run_due(), run_later()) == (1, 1)
    result: Any = Job.objects.get().result
    assert result[1] == result[0] + result[0]


def test_arguments_are_checked_when_they_are_enqueued_and_come_as_they_were(db: None) -> None:
    day, now = date(2026, 1, 1), datetime.now(UTC)
    takes_all.enqueue("x", uuid4(), at=now, days=[day], options={"a": 1, "b": None})
    assert run_due() == 1
    assert Job.objects.get().result == ["str", "UUID", "datetime", "date", "dict", "float"]
    wrong: Any = takes_all
    right = {"text": "x", "key": uuid4(), "at": now, "days": [day], "options": {"a": 1}}
    for name, value in (
        ("text", 1),
        ("key", "x"),
        ("at", "2026"),
        ("days", ["x"]),
        ("options", {"a": "b"}),
        ("share", True),
        ("more", 1),
    ):
        with pytest.raises(TypeError, match=name):
            wrong.enqueue(**right | {name: value})
    assert Job.objects.count() == 1


def test_schedules_say_when_they_were_due_last() -> None:
    now = datetime(2026, 11, 29, 7, 33, 20, tzinfo=UTC)  # a Sunday
    assert Interval(timedelta(minutes=20)).latest(now) == datetime(2026, 11, 29, 7, 20, tzinfo=UTC)
    for text, expected in {
        "* * * * *": (2026, 11, 29, 7, 33),
        "*/15 * * * *": (2026, 11, 29, 7, 30),
        "0 8 * * *": (2026, 11, 28, 8, 0),
        "30 6-8 * * 1-5": (2026, 11, 27, 8, 30),
        "0 0 1 */6 *": (2026, 7, 1, 0, 0),
        "0 0 13 * 7": (2026, 11, 29, 0, 0),
        "5,10 3 29 2 *": (2024, 2, 29, 3, 10),
    }.items():
        assert Cron(text).latest(now) == datetime(*expected, tzinfo=UTC), text
    for wrong in ("* * * *", "60 * * * *", "0 0 30 2 *", "x * * * *", "5-1 * * * *", "*/0 * * * *"):
        with pytest.raises(ValueError, match=r".+"):
            Cron(wrong)
