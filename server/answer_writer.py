"""Sending one answer through a connection: in one piece where its length is known.

uvicorn writes head and body apart, and looks at each header by itself, which costs a third of what
a cached answer does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from resources.answers import BODILESS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send

LENGTH, CONNECTION = b"\r\ncontent-length: ", b"\r\nconnection: "
TEXT = bytes({*range(256)} - {*range(32), 127} | {ord("\t")})
"""The bytes that a header may have: a tab is the one control character (RFC 9110, 5.5)."""


class AnswerConnection(Protocol):
    """What a connection does for its answers."""

    passing_bytes: int | None
    """How much more is read of what nobody wants, as it was refused; None while all is wanted."""

    def write_later(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        """Write a whole answer after this turn of the event loop."""


class AnswerWriter:
    """An ASGI application that gives the next one another `send`, for one request."""

    def __init__(
        self, connection: AnswerConnection, cycle: RequestResponseCycle, next_app: ASGIApp
    ) -> None:
        self.connection = connection
        self.cycle: Any = cycle
        self.next_app = next_app
        self.start: Message | None = None
        """The first message of an answer that may come in one piece, until its body comes."""
        self.head = b""

    def __call__(self, scope: Scope, receive: Receive, _send: Send) -> Awaitable[None]:
        """Answer the request, unless it was refused together with what came after it."""
        if self.connection.passing_bytes is not None:
            return _nothing()
        return self.next_app(scope, receive, self.send)

    async def send(self, message: Message) -> None:
        """Send a part of the answer, as ASGI's `send`."""
        start, self.start = self.start, None
        if start is not None:
            if self._is_whole(message):
                self._send_whole(message.get("body", b""))
                return
            await self.cycle.send(start)
        elif message["type"] == "http.response.start" and self._may_be_whole(message):
            self.start = message
            return
        await self.cycle.send(message)

    def _may_be_whole(self, start: Message) -> bool:
        """Write the head; return whether it tells a length, and nothing in it needs uvicorn."""
        if not self.cycle.keep_alive:
            return False
        status = start["status"]
        self.head = head = head_of(status, [*self.cycle.default_headers, *start["headers"]])
        is_sized = status in BODILESS or LENGTH in head
        return is_sized and CONNECTION not in head

    def _is_whole(self, message: Message) -> bool:
        cycle, length = self.cycle, len(message.get("body", b""))
        is_told = b"%b%d\r\n" % (LENGTH, length) in self.head
        is_all = is_told or not (length or LENGTH in self.head)
        is_last = is_all and not message.get("more_body")
        return is_last and not (cycle.disconnected or cycle.flow.write_paused)

    def _send_whole(self, body: bytes) -> None:
        cycle = self.cycle
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.connection.write_later(cycle, self.head + body)


async def _nothing() -> None:
    """Do nothing."""


def head_of(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Write the head of an answer; raises ValueError for a header with control characters."""
    lines = b"\r\n".join(map(b": ".join, headers))
    if lines.translate(None, TEXT) != b"\r\n" * (len(headers) - 1):
        raise ValueError("a header with control characters")
    return b"%b%b\r\n\r\n" % (STATUS_LINE[status], lines)
