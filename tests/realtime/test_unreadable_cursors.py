"""A cursor that is none: the client is told to fetch anew, and never that nothing was missed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest

from resources import feed
from tests.realtime.conftest import connected
from tests.realtime.test_event_stream import Stream, creates

if TYPE_CHECKING:
    from tests.personas import Persona

JUNK = ["x", "-1", "1~", "1~x", "1.5", "0x1", "None", "٣", "9" * 30, "9" * 5000, "1,2,3", "null"]


async def first_words(query: str, **headers: str) -> list[str]:
    """Open a stream; returns the names of its first two events."""
    stream = Stream(query, **headers)
    assert (await stream.open())["status"] == 200
    names = [(await stream.event())["event"] for _number in range(2)]
    await stream.close()
    return names


@pytest.mark.parametrize("cursor", [cursor for cursor in JUNK if cursor.isascii()])
def test_a_browser_that_resumes_from_nowhere_is_reset(dana: Persona, cursor: str) -> None:
    async def go() -> None:
        assert await first_words("topic=cards", Last_Event_ID=cursor) == ["reset", "subscribed"]
        assert await first_words(f"topic=cards&since={cursor}") == ["reset", "subscribed"]

    asyncio.run(go())


@pytest.mark.parametrize("cursor", [*JUNK, 10**15, 1.5, [], {}, False])
def test_a_socket_that_resumes_from_nowhere_is_reset(dana: Persona, cursor: object) -> None:
    async def go() -> None:
        live = await connected()
        frame = {"type": "subscribe", "ref": "1", "topic": "cards", "since": cursor}
        await live.socket.send_input(
            {"type": "websocket.receive", "text": orjson.dumps(frame).decode()}
        )
        assert (await live.receive())["type"] == "reset"
        assert (await live.receive())["type"] == "subscribed"
        await live.close()

    asyncio.run(go())


def test_a_stream_of_two_topics_keeps_nothing_of_a_bad_cursor(dana: Persona) -> None:
    """What was sent as a cursor is no part of the ids that follow."""
    good = feed.head()

    async def go() -> None:
        stream = Stream(f"topic=cards&topic=posts&since={good},x%0Adata:y")
        await stream.open()
        events = [await stream.event() for _number in range(3)]
        assert [event["event"] for event in events].count("reset") == 1
        await creates(dana, "Dragon")
        event = await stream.event()
        assert all(part.isdigit() for part in event["id"].split(","))
        await stream.close()

    asyncio.run(go())


@pytest.mark.parametrize("since", [None, ""])
def test_no_cursor_at_all_is_from_now_on(dana: Persona, since: str | None) -> None:
    async def go() -> None:
        live = await connected()
        frame = {"type": "subscribe", "ref": "1", "topic": "cards", "since": since}
        await live.socket.send_input(
            {"type": "websocket.receive", "text": orjson.dumps(frame).decode()}
        )
        assert (await live.receive())["type"] == "subscribed"
        await live.close()

    asyncio.run(go())
