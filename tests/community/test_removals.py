"""What moderators delete is deleted for good when nobody can appeal any more, restarts or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from community.models import CaseEvent, ModerationCase, Post
from community.tasks.removals import remove_content
from resources.jobs import queue
from resources.jobs.runner import take_up_abandoned
from resources.models import Job
from tests.clocks import Clock
from tests.community.test_moderation import OVERTURN, decides, log_of, reports, waiting
from tests.consuming import run_consumers
from tests.personas import new_member
from tests.working import run_due

if TYPE_CHECKING:
    from tests.personas import Persona

DAYS = 14


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def second(db: None) -> Persona:
    return new_member("second", roles=["moderator"])


@pytest.fixture
def post(alice: Persona, bob: Persona, moderator: Persona, settings: Any) -> Any:
    """Have the moderator delete a post that bob has reported."""
    settings.MODERATION = settings.MODERATION._replace(appeal_days=DAYS)
    written = alice.creates("posts", text="Buy my pills.")
    reports(bob, written)
    decides(moderator, waiting(moderator)[0], [{"kind": "delete"}])
    goes_on()
    return written


def goes_on() -> None:
    """Let the worker take notice of what has happened, and do what is due."""
    run_consumers()
    run_due(remove_content)


def removal() -> Job:
    return Job.objects.get(path=remove_content.module_path)


def a_worker_dies() -> None:
    """Have a worker begin what is due, and get no further."""
    assert queue.claim("default", "killed") is not None
    queue.end_leases({"killed"})
    assert take_up_abandoned() == 1


def test_deleted_content_waits_for_appeals_and_goes_whoever_restarts(
    moderator: Persona, post: Any, clock: Clock
) -> None:
    (case,) = ModerationCase.objects.all()
    assert (removal().state, removal().run_at) == ("waiting", case.removes_at)
    (shown,) = moderator.api.get("jobs").json()["results"]
    assert (shown["name"], shown["text"]) == ("remove_content", "is_contested")
    clock.jump(timedelta(days=DAYS, minutes=-1))
    assert run_due(remove_content) == 0
    assert Post.objects.filter(pk=post["id"]).exists()
    clock.jump(timedelta(minutes=2))
    a_worker_dies()
    assert run_due(remove_content) == 1
    assert not Post.objects.filter(pk=post["id"]).exists()
    assert removal().state == "done"
    assert CaseEvent.objects.filter(case=case, kind="removed").count() == 1


def test_an_appeal_is_waited_for_and_brings_the_content_back(
    alice: Persona, bob: Persona, second: Persona, post: Any, clock: Clock
) -> None:
    path = f"posts/{post['id']}"
    line = next(line for line in log_of(alice, post) if line["kind"] == "delete")
    alice.creates("appeals", action=line["id"], text="They are sweets.")
    goes_on()
    clock.jump(timedelta(days=2 * DAYS))
    goes_on()
    assert (removal().state, removal().text) == ("waiting", "is_uncontested")
    clock.jump(-timedelta(days=2 * DAYS))
    (review,) = waiting(second)
    assert decides(second, review, OVERTURN, reason="Sweets.").status_code == 200
    goes_on()
    assert removal().state == "cancelled"
    assert bob.api.get(path).status_code == 200


def test_an_appeal_that_fails_ends_the_wait(alice: Persona, second: Persona, post: Any) -> None:
    alice.creates("appeals", action=log_of(alice, post)[0]["id"], text="Please.")
    goes_on()
    decides(second, waiting(second)[0], [{"kind": "uphold"}])
    goes_on()
    assert removal().state == "done"
    assert alice.api.get(f"posts/{post['id']}").status_code == 404
    assert ModerationCase.objects.exclude(removes_at=None).count() == 0


def test_a_removal_that_an_admin_cancels_shows_the_content_again(
    bob: Persona, admin: Persona, post: Any, clock: Clock
) -> None:
    assert bob.api.get(f"posts/{post['id']}").status_code == 404
    assert admin.api.post(f"jobs/{removal().pk}/cancel").status_code == 200
    goes_on()
    assert removal().state == "cancelled"
    assert bob.api.get(f"posts/{post['id']}").status_code == 200
    assert not ModerationCase.objects.filter(removes_at__lte=timezone.now()).exists()
