"""A workflow does its steps in order, waits for time and news, and takes back what it did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.utils import timezone

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from resources.jobs.declaration import Retry, job
from resources.jobs.outcomes import PermanentFailure
from resources.jobs.queue import cancel_job
from resources.jobs.steps import (
    WorkflowStep,
    call,
    run_job,
    sleep,
    sleep_until,
    wait_for_change,
    wait_for_signal,
)
from resources.jobs.workflows import send_signal, workflow
from resources.models import Job, KeptAnswer
from tests.consuming import run_consumers
from tests.working import run_due, run_later, waiting

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

refused: set[str] = set()
"""Whom no effect below works for."""


@pytest.fixture(autouse=True)
def nothing_is_refused() -> None:
    refused.clear()


def note(what: str) -> str:
    """Have an effect, unless it is refused."""
    KeptAnswer.objects.create(actor="workflow", key=what)
    if what in refused:
        raise OSError(what)
    return what.upper()


def take_back(what: str) -> None:
    """Undo an effect."""
    KeptAnswer.objects.create(actor="undone", key=what)
    KeptAnswer.objects.get(actor="workflow", key=what).delete()


def noted(actor: str = "workflow") -> list[str]:
    found = KeptAnswer.objects.filter(actor=actor).order_by("id")
    return list(found.values_list("key", flat=True))


@job()
def paints(colour: str) -> str:
    """Do what a workflow waits for."""
    if colour in refused:
        raise PermanentFailure(f"no {colour}")
    return colour


@workflow(retry=Retry(attempts=2))
def prints_a_card(at: datetime, colour: str) -> list[WorkflowStep]:
    """Do something of everything."""
    return [
        call(note, "paper", undo=take_back, name="paper"),
        call(note, "ink", undo=take_back, name="ink"),
        run_job(paints, colour),
        sleep(timedelta(hours=1)),
        sleep_until(at, name="opening time"),
        wait_for_signal("collected", longest=timedelta(days=3)),
        call(note, "receipt", name="receipt"),
    ]


def is_published(card_id: UUID) -> bool:
    return Card.objects.filter(pk=card_id, status="published").exists()


@workflow(follows=["cards"])
def congratulates(card_id: UUID) -> list[WorkflowStep]:
    """Wait for news of a record."""
    return [
        wait_for_change(("cards", card_id), is_published, card_id),
        call(note, "congratulations", name="congratulate"),
    ]


def started() -> Job:
    at = timezone.now() + timedelta(days=1)
    return Job.objects.get(pk=prints_a_card.enqueue(at, "red").id)


def test_steps_are_done_in_order_and_wait_for_jobs_times_and_signals(
    db: None, admin: Persona, moderator: Persona
) -> None:
    card = started()
    path = f"jobs/{card.pk}/signal"
    assert moderator.api.post(path, {"name": "collected"}).status_code == 403
    assert (run_due(prints_a_card), run_due(prints_a_card)) == (1, 0)
    assert run_due(paints) == 1
    assert run_due(prints_a_card) == 1, "the end of the other job has woken it"
    slept = waiting(prints_a_card).get()
    assert timedelta(minutes=59) < slept.run_at - timezone.now() < timedelta(hours=1)
    assert (slept.done, slept.total, slept.text) == (3, 7, "sleep")
    signal = {"name": "collected", "payload": {"by": "bob"}}
    assert admin.api.post(path, signal).status_code == 200
    assert run_due(prints_a_card) == 0, "it still sleeps"
    Job.objects.update(checkpoint=without_waits(slept))
    assert run_later(prints_a_card) == 1
    assert noted() == ["paper", "ink", "receipt"]
    card.refresh_from_db()
    result: Any = card.result
    assert (card.state, result["paper"], result["paints"]) == ("done", "PAPER", "red")
    assert result["collected"] == {"payload": {"by": "bob"}}
    assert admin.api.post(path, {"name": "collected"}).status_code == 409


def without_waits(slept: Job) -> Any:
    """Return what a job has done, as if it had slept long enough."""
    steps: JsonObject = slept.checkpoint["steps"]
    return {"steps": {**steps, "sleep": None, "opening time": None}}


def test_what_was_done_is_undone_in_reverse_when_a_later_step_fails_for_good(
    db: None, admin: Persona
) -> None:
    card = started()
    refused.add("ink")
    assert (run_later(prints_a_card), noted()) == (1, ["paper"])
    card.refresh_from_db()
    assert card.state == "waiting", "it is tried once more"
    assert run_later(prints_a_card) == 1
    card.refresh_from_db()
    assert (card.state, card.error) == ("failed", "PermanentFailure: OSError: ink")
    assert (noted(), noted("undone")) == ([], ["paper"])
    refused.clear()
    KeptAnswer.objects.all().delete()
    admin.api.post(f"jobs/{card.pk}/retry")
    run_due()
    assert noted() == ["paper", "ink"], "it begins at its first step"


def test_a_job_that_fails_and_a_cancelled_wait_undo_the_workflow_too(
    db: None, alice: Persona
) -> None:
    refused.add("red")
    first = started()
    while run_due():
        pass
    first.refresh_from_db()
    assert first.error == "PermanentFailure: PermanentFailure: paints: PermanentFailure: no red"
    assert noted("undone") == ["ink", "paper"]
    refused.clear()
    KeptAnswer.objects.all().delete()
    second = started()
    while run_due():
        pass
    cancel_job(second, by=alice.actor)
    assert (run_due(), noted(), noted("undone")) == (1, [], ["ink", "paper"])
    second.refresh_from_db()
    assert (second.state, second.is_cancelling) == ("cancelled", False)


def test_a_signal_that_comes_before_its_wait_and_one_that_never_comes(db: None) -> None:
    card = started()
    send_signal(card, by=SYSTEM, name="collected")
    run_due()
    Job.objects.filter(pk=card.pk).update(checkpoint=without_waits(Job.objects.get(pk=card.pk)))
    assert run_later(prints_a_card) == 1
    card.refresh_from_db()
    assert card.state == "done"
    KeptAnswer.objects.all().delete()
    other = started()
    run_due()
    steps = without_waits(Job.objects.get(pk=other.pk))
    steps["steps"]["collected until"] = timezone.now().isoformat()
    Job.objects.filter(pk=other.pk).update(checkpoint=steps)
    assert run_later(prints_a_card) == 1
    other.refresh_from_db()
    result: Any = other.result
    assert (other.state, result["collected"]) == ("done", None)


def test_a_workflow_follows_a_record(alice: Persona) -> None:
    card = Card.objects.get(pk=alice.creates("cards", title="Dragon")["id"])
    congratulates.enqueue(card.pk)
    assert run_due() == 1
    changes.update(card, by=SYSTEM, title="Red Dragon")
    run_consumers("workflow-congratulates")
    assert (run_due(), noted()) == (1, [])
    changes.update(card, by=SYSTEM, status="published")
    run_consumers("workflow-congratulates")
    assert (run_due(), noted()) == (1, ["congratulations"])


@workflow(follows=["cards"])
def is_late(card_id: UUID) -> list[WorkflowStep]:
    """Begin to wait just when the news comes."""
    return [wait_for_change(("cards", card_id), publishes_at_once, card_id)]


def publishes_at_once(card_id: UUID) -> bool:
    """Say that it is not so, which is wrong by the time it is said."""
    was = is_published(card_id)
    if not was:
        changes.update(Card.objects.get(pk=card_id), by=SYSTEM, status="published")
    return was


def test_news_that_comes_while_a_wait_begins_is_not_missed(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    is_late.enqueue(UUID(card["id"]))
    assert (run_due(), Job.objects.get(name="is_late").state) == (2, "done")
