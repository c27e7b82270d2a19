"""How many connections, subscriptions and frames one member or address may have."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from realtime.connections import connections
from tests.realtime.conftest import Live, connected, signed_in
from tests.realtime.test_event_stream import Stream

if TYPE_CHECKING:
    import pytest
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


async def is_refused(live: Live) -> None:
    """Expect the error and the close code."""
    error = await live.receive()
    assert (error["type"], error["code"]) == ("error", "too_many_connections")
    assert (await live.socket.receive_output(30))["code"] == 4429
    await live.close()


async def from_address(address: str) -> Live:
    live = Live("holobase.v1")
    live.socket.scope["client"] = (address, 1)
    await live.open()
    return live


def test_a_member_has_so_many_connections_of_both_kinds(
    dana: Persona, eve: Persona, settings: Settings
) -> None:
    settings.MOST_CONNECTIONS_PER_USER = 2

    async def go() -> None:
        first = await signed_in(dana)
        stream = Stream("topic=cards", Authorization=dana.authorization)
        assert (await stream.open())["status"] == 200
        third = await connected("holobase.v1", f"bearer.{dana.token}")
        await is_refused(third)
        refused = Stream("topic=cards", Authorization=dana.authorization)
        start = await refused.open()
        assert start["status"] == 429
        assert (b"retry-after", b"10") in start["headers"]
        browser = Stream(
            "topic=cards", Authorization=dana.authorization, Accept="text/event-stream"
        )
        assert (await browser.open())["status"] == 200
        told = await browser.event()
        assert (told["event"], json.loads(told["data"])["code"]) == (
            "error",
            "too_many_connections",
        )
        assert 10_000 <= int(told["retry"]) <= 15_000
        later = await connected("holobase.v1")
        await later.send({"type": "auth", "ref": "1", "token": dana.token})
        await is_refused(later)
        other = await signed_in(eve)
        await first.close()
        again = await signed_in(dana)
        for live in (other, again):
            await live.close()
        await stream.close()
        assert not connections().holders
        assert not connections().of_holder

    asyncio.run(go())


def test_an_address_has_so_many_until_they_are_signed_in(dana: Persona, settings: Settings) -> None:
    settings.MOST_CONNECTIONS_PER_ADDRESS = 1

    async def go() -> None:
        first = await from_address("192.0.2.1")
        await is_refused(await from_address("192.0.2.1"))
        other = await from_address("192.0.2.2")
        await first.send({"type": "auth", "token": dana.token})
        assert (await first.receive())["type"] == "authenticated"
        second = await from_address("192.0.2.1")
        assert connections().of_holder == {dana.id: 1, "192.0.2.1": 1, "192.0.2.2": 1}
        for live in (first, other, second):
            await live.close()

    asyncio.run(go())


def test_no_limit_is_no_limit(dana: Persona, settings: Settings) -> None:
    settings.MOST_CONNECTIONS_PER_USER = settings.MOST_SUBSCRIPTIONS_PER_USER = 0

    async def go() -> None:
        many = [await signed_in(dana) for _number in range(60)]
        assert (await many[-1].subscribe("cards"))["type"] == "subscribed"
        for live in many:
            await live.close()

    asyncio.run(go())


def test_a_member_has_so_many_subscriptions_over_all_connections(
    dana: Persona, settings: Settings
) -> None:
    settings.MOST_SUBSCRIPTIONS_PER_USER = 2

    async def go() -> None:
        one, two = await signed_in(dana), await signed_in(dana)
        assert (await one.subscribe("cards", "1"))["type"] == "subscribed"
        assert (await one.subscribe("posts", "1"))["type"] == "subscribed"
        assert (await two.subscribe("cards", "1"))["type"] == "subscribed"
        assert (await two.subscribe("posts", "2"))["code"] == "too_many_subscriptions"
        await one.close()
        assert (await two.subscribe("posts", "2"))["type"] == "subscribed"
        await two.close()
        assert not connections().subscribed

    asyncio.run(go())


def test_a_connection_may_not_ask_all_the_time(
    dana: Persona, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MOST_SUBSCRIPTIONS = 1
    now = time.monotonic()
    monkeypatch.setattr("realtime.token_bucket.monotonic", lambda: now)

    async def go() -> None:
        live = await signed_in(dana)
        for number in range(130):
            await live.send({"type": "unsubscribe", "ref": str(number)})
        codes = [(await live.receive())["code"] for _number in range(130)]
        assert codes == ["unknown_subscription"] * 100 + ["too_fast"] * 30
        await live.close()

    asyncio.run(go())
