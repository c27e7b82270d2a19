"""Close WebSockets at once: ASGI middleware that works around a delay in granian.

granian holds a `websocket.close` back for as long as the application awaits `receive()`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send


class PromptClose:
    """ASGI middleware that cancels a pending `receive()` before it sends `websocket.close`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        socket = _Socket(receive, send)
        await self.app(scope, socket.receive, socket.send)


class _Socket:
    """One connection: the pending `receive()`, and the close once it is sent."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.waiting: asyncio.Future[Message] | None = None
        self.closed: asyncio.Future[Message] | None = None

    async def receive(self) -> Message:
        """Return the client's next message, or a disconnect once the application has closed."""
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
            # The receiver ends on this, and would cancel a close that is still being sent.
            self.closed.set_result({"type": "websocket.disconnect", "code": code})
