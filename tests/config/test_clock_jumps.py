"""A clock that is set back an hour or a day ahead breaks nothing that it need not break."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from resources import feed
from resources.jobs import queue, schedules
from resources.jobs.declaration import job
from resources.jobs.runner import take_up_abandoned
from resources.jobs.schedules import Interval, Schedule
from resources.log_consumers import ConsumerRun, LogConsumer
from resources.models import Change, ConsumerPosition, Job, JobSchedule
from tests.client import Api
from tests.clocks import Clock
from tests.working import run_due, waiting
from users.callers import NOWHERE
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from tests.personas import Persona

BACK, AHEAD = timedelta(hours=-1), timedelta(days=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@job()
def mails() -> None:
    """Do what somebody waits for."""


@job()
def sweeps() -> None:
    """Do what is done every hour."""


def signs_in(persona: Persona) -> dict[str, str]:
    assert persona.user is not None
    return token_pair(open_session(persona.user, caller=NOWHERE, method="test"))


def test_members_stay_signed_in(alice: Persona, clock: Clock) -> None:
    for jump in (BACK, AHEAD, -AHEAD, -BACK):
        pair = signs_in(alice)
        clock.jump(jump)
        expected = 200 if jump < timedelta() else 401
        assert Api(pair["access"]).get("users/me").status_code == expected, jump
        refreshed = Api().post("auth/token/refresh", {"refresh": pair["refresh"]})
        assert refreshed.status_code == 200, jump
        assert Api(refreshed.json()["access"]).get("users/me").status_code == 200, jump


def test_pages_the_log_and_repeated_requests_hold_all_and_nothing_twice(
    alice: Persona, clock: Clock
) -> None:
    begin = feed.last_position()
    key = {"Idempotency_Key": "one"}
    first = alice.api.post("cards", {"title": "0"}, **key).json()
    titles = ["0"]
    for number, jump in enumerate((BACK, AHEAD, -AHEAD, BACK), start=1):
        clock.jump(jump)
        api = Api(signs_in(alice)["access"])
        titles.append(str(number))
        assert api.post("cards", {"title": titles[-1]}).status_code == 201
        assert api.post("cards", {"title": "0"}, **key).json()["id"] == first["id"]
    answer = api.get("cards", creator=alice.id, limit=2).json()
    paged = answer["results"]
    while answer["next"]:
        answer = api.client.get(answer["next"]).json()
        paged += answer["results"]
    assert sorted(card["title"] for card in paged) == titles
    feed.assign_positions()
    since = [each for each in feed.committed_since(begin) if each.resource == "cards"]
    made = [each.after["title"] for each in sorted(since, key=lambda each: each.position)]
    assert made == titles
    assert Change.objects.filter(resource="cards").count() == len(titles)


def test_jobs_and_schedules_wait_for_no_clock_that_was_set_back(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = {"sweeps": Schedule("sweeps", sweeps, Interval(timedelta(hours=1)))}
    monkeypatch.setattr(schedules, "schedules", declared)
    clock.jump(AHEAD)
    assert schedules.enqueue_due(timezone.now()) == 1
    mails.enqueue()
    later = mails.using(run_after=timezone.now() + timedelta(days=2)).enqueue()
    clock.jump(-AHEAD)
    assert run_due() == 0
    assert queue.take_up_kept_by_clock() == 2
    assert run_due() == 2
    assert [str(each.pk) for each in waiting()] == [later.id]
    assert schedules.enqueue_due(timezone.now()) == 0
    clock.jump(timedelta(hours=1))
    assert schedules.enqueue_due(timezone.now()) == 1
    assert JobSchedule.objects.get().last_at <= timezone.now()


def test_leases_and_pauses_of_before_a_jump_end(db: None) -> None:
    """The databases' own clocks can't be set in a test: what they said before the jump can."""
    mails.enqueue()
    held = queue.claim("default", "dead")
    assert held is not None
    Job.objects.update(leased_until=timezone.now() - BACK)
    assert take_up_abandoned() == 1
    run = ConsumerRun(LogConsumer("follower", frozenset({"cards"}), lambda _batch: None))
    paused = ConsumerPosition(name="follower", position=0, failures=1)
    paused.retry_at = timezone.now() + timedelta(seconds=30)
    assert not run.is_ready(paused)
    paused.retry_at = timezone.now() - BACK
    assert run.is_ready(paused)
