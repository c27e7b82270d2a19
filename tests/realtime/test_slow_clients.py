"""A client that reads too slowly costs no memory and is told to fetch anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

from realtime import outbox
from realtime.outbox import Outbox
from realtime.subscriptions import Subscription, tell
from resources import registry
from resources.actors import ANONYMOUS
from resources.visibility.audiences import Audience, Event, Verb
from resources.visibility.feed_cursor import FeedCursor
from resources.visibility.queries import stream_query
from users.models import User

if TYPE_CHECKING:
    import pytest

CARDS = registry.resource_of(User)


def subscription(box: Outbox, ref: str) -> Subscription:
    audience = Audience(CARDS, ANONYMOUS.kind, "list", stream_query(CARDS, ""))
    return Subscription(ref, "users", audience, None, box)


def event(number: int) -> Event:
    return Event(number, Verb.UPDATE, uuid4(), "{}", number, FeedCursor(number, number))


def test_beyond_the_bounds_events_are_dropped_and_each_subscription_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "MOST_FRAMES", 4)

    async def go() -> list[str]:
        box = Outbox()
        slow, other = subscription(box, "slow"), subscription(box, "other")
        box.put("an answer")
        tell([other], event(0))
        for number in range(100):
            tell([slow], event(number))
            assert len(box.frames) <= 5
        sent = [await box.next() or "" for _number in range(3)]
        tell([slow], event(100))
        return [*sent, await box.next() or ""]

    answer, *resets, after = asyncio.run(go())
    assert answer == "an answer"
    assert all('"reset"' in reset for reset in resets)
    assert {ref for ref in ("slow", "other") for reset in resets if ref in reset} == {
        "slow",
        "other",
    }
    assert '"cursor":"100"' in after, "from there on it hears again"


def test_large_frames_count_by_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_CHARACTERS", 1000)

    async def go() -> int:
        box = Outbox()
        heavy = subscription(box, "heavy")
        for number in range(50):
            tell([heavy], Event(number, Verb.UPDATE, uuid4(), '{"x": "' + "y" * 400 + '"}', number))
        return box.characters

    assert asyncio.run(go()) < 2000


def test_less_waits_for_whoever_is_not_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_CHARACTERS", 4_000)

    async def waiting(*, is_of_member: bool) -> int:
        box = Outbox()
        box.is_of_member = is_of_member
        return sum(box.offer("x" * 100) for _number in range(100))

    assert asyncio.run(waiting(is_of_member=True)) == 40
    assert asyncio.run(waiting(is_of_member=False)) == 10
