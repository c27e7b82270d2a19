"""Server-sent events: the same stream over plain HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

from resources import feed
from server.app import application
from tests.realtime.protocol import mistake

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona


class Stream:
    """A client's end of an event stream."""

    def __init__(self, query: str, **headers: str) -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/events",
            "query_string": query.encode(),
            "headers": [
                (name.replace("_", "-").lower().encode(), value.encode())
                for name, value in headers.items()
            ],
            "client": ("127.0.0.1", 1),
        }
        served: object = application
        self.http = ApplicationCommunicator(served, scope)

    async def open(self) -> JsonObject:
        """Ask; returns the start of the answer."""
        await self.http.send_input({"type": "http.request", "body": b"", "more_body": False})
        start: JsonObject = await self.http.receive_output(30)
        return start

    async def event(self) -> dict[str, str]:
        """Wait for the next event, as a browser reads it."""
        text = (await self.http.receive_output(30))["body"].decode()
        lines = [line.partition(": ") for line in text.strip().splitlines()]
        event = {name: value for name, _colon, value in lines}
        if "data" in event:
            frame = orjson.loads(event["data"])
            assert not mistake("send", frame), mistake("send", frame)
        return event

    async def close(self) -> None:
        """Go away."""
        await self.http.send_input({"type": "http.disconnect"})
        await self.http.wait()


async def creates(persona: Persona, title: str) -> Any:
    values = {"title": title, "status": "published"}
    return await sync_to_async(persona.creates)("cards", **values)


def test_events_carry_the_frames_of_the_websocket(dana: Persona) -> None:
    async def go() -> None:
        stream = Stream("topic=cards&fields=id,title", Authorization=dana.authorization)
        start = await stream.open()
        assert start["status"] == 200
        assert dict(start["headers"])[b"x-request-id"]
        assert (b"content-type", b"text/event-stream; charset=utf-8") in start["headers"]
        assert (b"cache-control", b"no-store, no-transform") in start["headers"]
        assert (await stream.event())["event"] == "subscribed"
        card = await creates(dana, "Dragon")
        event = await stream.event()
        frame = orjson.loads(event["data"])
        assert (event["event"], event["id"]) == ("create", frame["cursor"])
        assert frame["record"] == {"id": card["id"], "title": "Dragon"}
        await stream.close()

    asyncio.run(go())


def test_a_browser_signs_in_by_a_ticket_once(dana: Persona, anonymous: Persona) -> None:
    assert anonymous.api.post("realtime/tickets").status_code == 401
    given = dana.api.post("realtime/tickets")
    assert (given.status_code, given.json()["seconds"]) == (201, 60)
    query = f"topic=cards&ticket={given.json()['ticket']}"

    async def go() -> None:
        stream, second = Stream(query), Stream(query)
        assert (await stream.open())["status"] == 200
        assert (await stream.event())["event"] == "subscribed"
        draft = await sync_to_async(dana.creates)("cards", title="Draft")
        assert orjson.loads((await stream.event())["data"])["id"] == draft["id"]
        assert (await second.open())["status"] == 401
        await stream.close()

    asyncio.run(go())


def test_a_browser_resumes_by_the_last_event_it_saw(dana: Persona) -> None:
    start = feed.head()

    async def go() -> None:
        missed = await creates(dana, "Missed")
        stream = Stream("topic=cards", Last_Event_ID=str(start))
        await stream.open()
        names = [await stream.event() for _number in range(2)]
        assert [event["event"] for event in names] == ["create", "subscribed"]
        assert orjson.loads(names[0]["data"])["id"] == missed["id"]
        await stream.close()

    asyncio.run(go())


def test_a_quiet_stream_says_that_it_is_still_there(dana: Persona, settings: Settings) -> None:
    settings.HEARTBEAT_SECONDS = 0.1

    async def go() -> None:
        stream = Stream("topic=cards")
        await stream.open()
        await stream.event()
        assert (await stream.http.receive_output(30))["body"] == b": still here\n\n"
        await stream.close()

    asyncio.run(go())


def test_what_cannot_be_streamed_is_a_problem_document(dana: Persona) -> None:
    async def go() -> None:
        for query, headers, status in (
            ("", {}, 400),
            ("topic=nothing", {}, 404),
            ("topic=card-likes", {}, 401),
            ("topic=cards&filter=titel%3D1", {}, 400),
            ("topic=cards", {"Authorization": "Bearer nonsense"}, 401),
            ("topic=cards", {"Authorization": "Basic x"}, 401),
        ):
            stream = Stream(query, **headers)
            assert (await stream.open())["status"] == status, query
            problem = orjson.loads((await stream.http.receive_output(30))["body"])
            assert problem["status"] == status
            assert problem["request_id"]

    asyncio.run(go())
