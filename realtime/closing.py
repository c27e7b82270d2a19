"""WebSockets that close when they are told to: the server sends no close while it is listened to.

granian keeps a `websocket.close` back until nobody waits for the next message of the client.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtime.asgi_types import Message, Receive, Scope, Send


class Closing:
    """An ASGI application that stops listening to its client before it closes a WebSocket."""

    def __init__(self, onwards: Any) -> None:
        self.onwards = onwards

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        line = _Line(receive, send)
        await self.onwards(scope, line.receive, line.send)


class _Line:
    """One connection: what waits for the client's next message, and whether it has been closed."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.waiting: asyncio.Future[Message] | None = None
        self.closed: asyncio.Future[Message] | None = None

    async def receive(self) -> Message:
        """Give the client's next message; when the application closes, that it is gone."""
        if self.closed:
            return await self.closed
        self.waiting = asyncio.ensure_future(self._receive())
        try:
            return await self.waiting
        except asyncio.CancelledError:
            if self.closed is None:
                raise
            return await self.closed
        finally:
            self.waiting = None

    async def send(self, message: Message) -> None:
        """Send a message."""
        if message["type"] != "websocket.close":
            await self._send(message)
            return
        code = message.get("code", 1000)
        self.closed = asyncio.get_running_loop().create_future()
        if self.waiting:
            self.waiting.cancel()
        try:
            await self._send(message)
        finally:
            # Who hears it ends, and would take an unfinished close along.
            self.closed.set_result({"type": "websocket.disconnect", "code": code})
