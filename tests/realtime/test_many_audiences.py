"""However many different filters one network listens by, others hear first what they listen to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async

from realtime.audience_budgets import LIST_POINTS, budgets
from realtime.audience_slices import in_order, slices
from realtime.connections import connections
from realtime.hub import Hub, hub, late_hub
from resources import feed
from tests.realtime.conftest import Live, signed_in
from tests.realtime.test_event_stream import creates
from tests.realtime.test_limits import from_address

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

MANY = 2_000
ATTACKER = "192.0.2.1"


async def listens_by_many_filters(count: int, operator: str = "!=") -> Live:
    """Subscribe to the same topic by many filters, all of which let every card through."""
    live = await from_address(ATTACKER)
    for number in range(count):
        asked = {"ref": str(number), "topic": "cards", "filter": f'title {operator} "{number}"'}
        await live.send({"type": "subscribe", "fields": "id", **asked})
    assert {(await live.receive())["type"] for _number in range(count)} == {"subscribed"}
    return live


async def hears_before(dana: Live, by: Persona, busy: Hub) -> None:
    """Expect an event at one socket while a hub is not through with the others' audiences."""
    card = await creates(by, "Dragon")
    assert await dana.events(1) == [("create", card["id"])]
    head = await sync_to_async(feed.head)()
    assert busy.position is not None
    assert busy.position < head
    while busy.position < head:
        await asyncio.sleep(0.01)


@pytest.mark.embedded  # two thousand audiences, whose order no database decides
def test_a_member_hears_before_all_filters_of_one_network_are_asked(
    dana: Persona, settings: Settings
) -> None:
    settings.MOST_SUBSCRIPTIONS, settings.MOST_SUBSCRIPTIONS_PER_USER = MANY, MANY

    async def go() -> None:
        attacker = await listens_by_many_filters(MANY)
        live = await signed_in(dana)
        await live.subscribe("cards")
        assert len(late_hub().live) > MANY * 0.9
        assert len(hub().live) < MANY * 0.1
        await hears_before(live, dana, late_hub())
        await live.close()
        await attacker.close()
        assert not budgets().held
        assert not connections().subscribed_from

    asyncio.run(go())


def test_cheap_audiences_are_asked_first(
    dana: Persona, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MOST_AUDIENCE_POINTS = 0
    settings.MOST_SUBSCRIPTIONS = 300
    monkeypatch.setattr("realtime.audience_slices.SLICE_POINTS", 1)

    async def go() -> None:
        attacker = await listens_by_many_filters(300)
        live = await signed_in(dana)
        await live.subscribe("cards")
        await hears_before(live, dana, hub())
        await live.close()
        await attacker.close()

    asyncio.run(go())


def test_a_cheap_audience_is_never_asked_together_with_a_costly_one(
    dana: Persona, settings: Settings
) -> None:
    settings.MOST_AUDIENCE_POINTS = 0

    async def go() -> None:
        attacker = await listens_by_many_filters(12, "!~")
        live = await signed_in(dana)
        await live.subscribe("cards")
        first, *others = slices(in_order(hub().live), hub().live)
        assert [audience.query.condition for audience in first] == [None]
        assert sum(map(len, others)) == 12
        assert len(others) > 1
        await live.close()
        asking = slices(in_order(hub().live), hub().live)
        assert next(asking) == others[0]
        await attacker.close()
        assert not list(asking), "who goes while others are asked about is not asked about"

    asyncio.run(go())


def test_late_audiences_hear_everything_once(dana: Persona, settings: Settings) -> None:
    settings.MOST_AUDIENCE_POINTS = 1

    async def go() -> None:
        live = await signed_in(dana)
        start = (await live.subscribe("cards"))["cursor"]
        assert not hub().live
        cards = [await creates(dana, str(number)) for number in range(3)]
        assert await live.events(3) == [("create", card["id"]) for card in cards]
        await live.subscribe("cards", "2", since=start)
        again = [("create", card["id"]) for card in cards[1:]]
        assert await live.events(2) == again
        await live.close()

    asyncio.run(go())


def test_a_network_has_room_for_five_members_and_what_is_heard_already_costs_nothing(
    dana: Persona, settings: Settings
) -> None:
    settings.MOST_AUDIENCE_POINTS = 2 * LIST_POINTS

    async def go() -> None:
        live = await signed_in(dana)
        await live.subscribe("cards", "1")
        (audience,) = hub().live
        await live.close()
        mine = budgets()
        assert not mine.held
        cost = mine.points.copy()
        for number in range(5):
            assert mine.take((f"member{number}", "network"), audience)
        assert mine.points["network"] == mine.points["member0"] > cost["network"]
        for number in range(5):
            mine.give_back((f"member{number}", "network"), audience)
        assert not mine.held
        assert not mine.points

    asyncio.run(go())


def test_a_network_has_so_many_connections_and_subscriptions_with_all_its_members(
    dana: Persona, eve: Persona, settings: Settings
) -> None:
    settings.MOST_CONNECTIONS_PER_NETWORK = settings.MOST_SUBSCRIPTIONS_PER_NETWORK = 2

    async def go() -> None:
        one, two = await signed_in(dana), await signed_in(eve)
        third = Live("holobase.v1")
        await third.open()
        assert (await third.receive())["code"] == "too_many_connections"
        for live in (one, two):
            assert (await live.subscribe("cards"))["type"] == "subscribed"
        assert (await two.subscribe("posts", "2"))["code"] == "too_many_subscriptions"
        for live in (one, two):
            await live.close()
        assert not connections().of_network

    asyncio.run(go())
