"""Polls in posts: one vote a member, exact counts, results shown when they are due."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from community.models import Poll
from community.services.polls import close_due_polls
from community.tasks.polls import close_poll
from resources import changes, feed
from resources.actors import SYSTEM
from tests.admin.counters import wrong_counters
from tests.consuming import run_consumers
from tests.resources.hearing import heard

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

OPTIONS = ["Holo", "Reverse", "Gold"]


@pytest.fixture
def post(alice: Persona) -> Any:
    return alice.creates("posts", text="Which foil next?")


def votes(persona: Persona, poll: JsonObject, option: int) -> Any:
    return persona.api.put(f"polls/{poll['id']}/vote?fields=*,viewer", {"option": option})


def test_members_vote_once_each(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, post: JsonObject
) -> None:
    poll = alice.creates("polls", post=post["id"], options=OPTIONS)
    assert (poll["counts"], poll["vote_count"], poll["is_closed"]) == ([0, 0, 0], 0, False)
    voted = [votes(who, poll, option).json() for who, option in ((bob, 2), (bob, 2), (carol, 0))]
    assert [one["counts"] for one in voted] == [[0, 0, 1], [0, 0, 1], [1, 0, 1]]
    assert voted[-1]["viewer"] == {"voted": True}
    assert (votes(bob, poll, 1).status_code, votes(bob, poll, 1).json()["code"]) == (
        409,
        "voted_already",
    )
    assert votes(bob, poll, 3).json()["errors"][0]["field"] == "option"
    assert votes(anonymous, poll, 0).status_code == 401
    [mine] = bob.api.get("poll-votes").json()["results"]
    assert (mine["poll"], mine["option"]) == (poll["id"], 2)
    [shown] = anonymous.api.get("posts", expand="polls_via_post").json()["results"]
    [expanded] = shown["expand"]["polls_via_post"]["results"]
    assert (expanded["options"], expanded["vote_count"]) == (OPTIONS, 2)
    assert wrong_counters() == {}


def test_results_are_hidden_until_one_has_voted_or_the_poll_is_closed(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, post: JsonObject
) -> None:
    poll = alice.creates("polls", post=post["id"], options=OPTIONS, has_hidden_results=True)
    since = feed.head()
    votes(bob, poll, 1)
    path = f"polls/{poll['id']}"

    def counts(persona: Persona) -> Any:
        return persona.api.get(path).json()["counts"]

    assert [counts(who) for who in (alice, carol, anonymous)] == [None] * 3
    assert counts(bob) == [0, 1, 0]
    told = [heard(who, "polls", since)[-1].document for who in (bob, carol)]
    assert [json.loads(document)["counts"] for document in told] == [[0, 1, 0], None]
    assert carol.api.post(f"{path}/close").status_code == 403
    assert alice.api.post(f"{path}/close").json()["is_closed"] is True
    assert [counts(who) for who in (alice, carol, anonymous)] == [[0, 1, 0]] * 3
    assert votes(carol, poll, 1).json()["code"] == "poll_closed"


def test_a_poll_closes_when_its_time_is_over(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    in_an_hour = (timezone.now() + timedelta(hours=1)).isoformat()
    poll = alice.creates(
        "polls", post=post["id"], options=OPTIONS, closes_at=in_an_hour, has_hidden_results=True
    )
    run_consumers("poll-closings")
    close_poll.call(poll["id"])
    assert Poll.objects.get().is_closed is False
    votes(bob, poll, 0)
    just_now = timezone.now() - timedelta(seconds=1)
    changes.update(Poll.objects.get(), by=SYSTEM, closes_at=just_now)
    assert votes(alice, poll, 0).json()["code"] == "poll_closed", "before the worker has closed it"
    assert close_due_polls() == 1
    shown = alice.api.get(f"polls/{poll['id']}").json()
    assert (shown["is_closed"], shown["counts"]) == (True, [1, 0, 0])
    assert close_due_polls() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"options": ["Holo"]}, "options"),
        ({"options": ["Holo", "Holo"]}, "options"),
        ({"options": ["Holo", "Holo "]}, "options"),
        ({"options": ["Holo", " "]}, "options"),
        ({"options": [str(number) for number in range(11)]}, "options"),
        ({"options": [{"text": "Holo"}, "Gold"]}, "options.0"),
        ({"options": OPTIONS, "closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
    ],
)
def test_a_poll_that_cannot_be_is_refused(
    alice: Persona, post: Any, values: Any, field: str
) -> None:
    refused = alice.api.post("polls", {"post": post["id"], **values})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_only_its_author_puts_a_poll_to_a_post_and_only_one(
    alice: Persona, bob: Persona, moderator: Persona, post: JsonObject
) -> None:
    poll = {"post": post["id"], "options": OPTIONS}
    assert bob.api.post("polls", poll).status_code == 403
    made = alice.creates("polls", **poll)
    assert alice.api.post("polls", poll).status_code == 409
    assert alice.api.patch(f"polls/{made['id']}", {"options": ["A", "B"]}).status_code == 403
    assert moderator.api.delete(f"polls/{made['id']}").status_code == 204
