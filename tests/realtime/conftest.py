"""A client's end of a WebSocket, and members whose rows other threads see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.testing import ApplicationCommunicator

from server.app import application
from tests.personas import new_member
from tests.realtime.protocol import mistake

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


PATIENCE = 30
"""Seconds after which a frame is missing: waited for only where a test fails."""


class Live:
    """Sends and receives frames, which are all as the AsyncAPI document tells.

    A frame that it does not know may be sent; then nothing but an error may come next.
    """

    def __init__(self, *subprotocols: str) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws/v1",
            "query_string": b"",
            "headers": [],
            "subprotocols": list(subprotocols),
        }
        self.mistakes: list[str] = []
        served: object = application
        self.socket = ApplicationCommunicator(served, scope)

    async def open(self) -> Any:
        """Connect; returns the server's first answer."""
        await self.socket.send_input({"type": "websocket.connect"})
        return await self.socket.receive_output(PATIENCE)

    async def send(self, frame: JsonObject) -> None:
        """Send a frame."""
        self.mistakes += filter(None, [mistake("receive", frame)])
        await self.socket.send_input({"type": "websocket.receive", "text": json.dumps(frame)})

    async def receive(self) -> Any:
        """Wait for a frame."""
        frame = json.loads((await self.socket.receive_output(PATIENCE))["text"])
        assert not mistake("send", frame), mistake("send", frame)
        if self.mistakes:
            assert frame["type"] == "error", self.mistakes.pop(0)
            self.mistakes.pop(0)
        return frame

    async def subscribe(self, topic: str, ref: str = "1", **asked: str) -> Any:
        """Subscribe and wait for the answer."""
        await self.send({"type": "subscribe", "ref": ref, "topic": topic, **asked})
        return await self.receive()

    async def events(self, count: int) -> list[tuple[str, str]]:
        """Wait for so many events; returns what each says of which record."""
        frames = [await self.receive() for _number in range(count)]
        return [(frame["action"], frame["id"]) for frame in frames]

    async def is_quiet(self) -> bool:
        """Tell whether nothing comes for a while."""
        return bool(await self.socket.receive_nothing(0.4))

    async def close(self) -> None:
        """Go away."""
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait()


async def connected(*subprotocols: str) -> Live:
    """Open a connection; the server chooses our protocol when it is offered."""
    live = Live(*subprotocols)
    chosen = "holobase.v1" if "holobase.v1" in subprotocols else None
    assert (await live.open())["subprotocol"] == chosen
    return live


async def signed_in(persona: Persona) -> Live:
    """Open a connection with a member's token."""
    live = await connected("holobase.v1", f"bearer.{persona.token}")
    assert (await live.receive())["user"] == persona.id
    return live


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    return new_member("dana")


@pytest.fixture
def eve(transactional_db: None) -> Persona:
    return new_member("eve")
