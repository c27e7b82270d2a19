"""One client's connection: uvicorn's HTTP and WebSocket protocols, with bounds that it has not.

uvicorn waits for ever for a request's head and takes one of any size, and goes on reading the body
of a request that is answered already.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, override
from urllib.parse import unquote

from django.utils.translation import gettext as _
from httptools import HttpParserInvalidURLError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import Protocol, State

from resources.errors import Problem
from server.answer_writer import AnswerWriter
from server.handshakes import acceptance, plain_headers, subprotocols, text_frame
from server.refusals import refusal
from server.request_bodies import PASSING_BYTES, PASSING_SECONDS

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport
    from collections.abc import Mapping

    from uvicorn._types import ASGISendEvent, WebSocketAcceptEvent
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from realtime.asgi_types import ASGIApp

MOST_HEAD_BYTES = 64 * 1024
"""How large the head of a request may be; 431 beyond."""
MOST_HEADERS = 100
MOST_PIPELINED = 32
"""Requests of a connection that may wait for the answer to the one before."""
CLOSE_SECONDS = 1.0
"""How long a client has to answer the close of its WebSocket (RFC 6455, 7.1.1)."""


class HttpConnection(HttpToolsProtocol):
    """An HTTP/1.1 connection whose requests have to come in time and in bounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head_bytes: int | None = None
        """What has come of a head that is not whole yet; None while none is awaited."""
        self.head_timer: TimerHandle | None = None
        self.refused_with = 400
        self.unwritten: tuple[RequestResponseCycle, bytes] | None = None
        """A request that has been answered, and the answer, until the end of this turn."""
        self.passing_bytes: int | None = None
        """How much more is read of what nobody wants; None while all is wanted."""

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as above it
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_whole()
        super().connection_lost(exc)

    @override
    def handle_websocket_upgrade(self) -> None:
        headers = plain_headers(self.headers)
        if headers is None or self.scope["method"] != "GET" or not self.url.isascii():
            super().handle_websocket_upgrade()
        else:
            self.connections.discard(self)
            protocol = WebSocketConnection(self.config, self.server_state, self.app_state)
            self.transport.set_protocol(protocol)
            protocol.open(self, headers)
        # Parser and connection hold each other, and nobody else holds them now.
        self.parser = None  # type: ignore[assignment]  # as uvicorn's connection_lost

    @override
    def data_received(self, data: bytes) -> None:
        if self.passing_bytes is not None:
            self.passing_bytes -= len(data)
            if self.passing_bytes < 0:
                self.transport.close()
            return
        self._write_answer()
        super().data_received(data)
        if self.head_bytes is not None:
            self._await_head(len(data))

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_bytes = 0

    @override
    def on_headers_complete(self) -> None:
        self._head_is_whole()
        size = sum(len(name) + len(value) for name, value in self.headers) + len(self.url)
        if size > MOST_HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self.refused_with = 431
            raise ValueError(size)  # the parser makes an error of its own of it
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise ValueError(hosts)  # whoever is in front may go by another (RFC 9112, 3.2)
        if len(self.pipeline) >= MOST_PIPELINED:
            raise ValueError(MOST_PIPELINED)
        super().on_headers_complete()

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:
        answering: ASGIApp = AnswerWriter(self, cycle, app)
        super()._start_asgi_task(cycle, answering)

    def write_later(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        """Write a whole answer after this turn of the event loop.

        Answers that are written one after the other find the code of the kernel and of uvloop in
        the processor's caches.
        """
        self.unwritten = cycle, answer
        self.loop.call_soon(self._write_answer)

    def _write_answer(self) -> None:
        if self.unwritten is not None:
            (cycle, answer), self.unwritten = self.unwritten, None
            self.transport.write(answer)
            cycle.message_event.set()
            self.on_response_complete()

    @override
    def shutdown(self) -> None:
        # Closed first, the transport would not take it any more.
        self._write_answer()
        super().shutdown()

    @override
    def on_response_complete(self) -> None:
        if self.cycle.more_body:
            # The next request would have to wait for the rest of a body that nobody reads.
            self._close_when_read()
        super().on_response_complete()

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or none that is read to its end."""
        cycle = self.cycle
        is_first = cycle is None
        if is_first or not cycle.response_started or cycle.response_complete:
            head, body = _refused(self.refused_with)
            head = [*self.server_state.default_headers, *head]
            lines = b"".join(b"%b: %b\r\n" % header for header in head)
            self.transport.write(STATUS_LINE[self.refused_with] + lines + b"\r\n" + body)
        if not is_first:
            # What was asked before this can't be answered any more.
            cycle.disconnected = True
            cycle.message_event.set()
        self._close_when_read()

    def _close_when_read(self) -> None:
        """Close, but read for a moment what still comes, so that the client reads the answer.

        A connection that is closed with something unread is reset (RFC 9112, 9.6).
        """
        self.passing_bytes = PASSING_BYTES
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(PASSING_SECONDS, self.transport.close)

    def _await_head(self, size: int) -> None:
        """Wait for the rest of a head, but not for ever, and not for any size."""
        self.head_bytes = (self.head_bytes or 0) + size
        if self.head_bytes > MOST_HEAD_BYTES:
            self.refused_with = 431
            self.send_400_response("")
        elif self.head_timer is None:
            self.head_timer = self.loop.call_later(self.timeout_keep_alive, self.transport.close)

    def _head_is_whole(self) -> None:
        self.head_bytes = None
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None


class WebSocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose client has not long to answer its close.

    A plain handshake is answered, and text is sent, without the detours of `websockets`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_SECONDS
        self.plain: Mapping[bytes, bytes] | None = None
        """The headers of a handshake that is plain and not yet answered."""

    def open(self, http: HttpConnection, plain: Mapping[bytes, bytes]) -> None:
        """Serve a client whose plain handshake has come through an HTTP connection."""
        self.plain = plain
        self.transport, self.server, self.client = http.transport, http.server, http.client
        self.connections.add(self)
        # What comes next are frames.
        self.conn.parser = Protocol.parse(self.conn)
        next(self.conn.parser)
        path, _mark, query = http.url.partition(b"?")
        self.scope = {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if http.scheme == "https" else "ws",
            "server": self.server,
            "client": self.client,
            "root_path": self.root_path,
            "path": self.root_path + unquote(path.decode("ascii")),
            "raw_path": self.root_path.encode("ascii") + path,
            "query_string": query,
            "headers": http.headers,
            "subprotocols": subprotocols(plain),
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }
        self.queue.put_nowait({"type": "websocket.connect"})
        task = asyncio.Task(self.run_asgi(), loop=self.loop, eager_start=True)
        if not task.done():
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    @override
    async def send(self, message: ASGISendEvent) -> None:
        """Write the answer to a plain handshake, and text; anything else is sent by uvicorn."""
        if message["type"] == "websocket.accept" and self.plain and not self.disconnected:
            self._accept(message, self.plain)
        elif (
            message["type"] == "websocket.send"
            and self._may_write()
            and (text := message.get("text"))
        ):
            self.transport.write(text_frame(text))
        else:
            await super().send(message)

    def _may_write(self) -> bool:
        """Return whether the WebSocket is open and takes more."""
        is_open = self.conn.state is State.OPEN and not self.disconnected
        return is_open and self.writable.is_set()

    def _accept(self, message: WebSocketAcceptEvent, plain: Mapping[bytes, bytes]) -> None:
        more = [*self.default_headers, *message.get("headers", ())]
        if subprotocol := message.get("subprotocol"):
            more.append((b"Sec-WebSocket-Protocol", subprotocol.encode("ascii")))
        self.plain = None
        self.handshake_complete = True
        self.conn.state = State.OPEN
        self.transport.write(acceptance(plain, more))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all that the client sent, too.

        The parser is a generator that holds itself by its frame, and so does the error that ended
        it by its traceback: what has come of a message would wait for the garbage collector.
        """
        super().connection_lost(exc)
        self.conn.parser.close()
        self.conn.parser_exc = None


def _refused(status: int) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the headers and the body that refuse a request which no application sees."""
    if status == 431:
        problem = Problem(431, "headers_too_large", _("The request's headers are too large."))
    elif isinstance(sys.exception(), HttpParserInvalidURLError):
        detail = _("The address can't be read: percent-encode what is not ASCII.")
        problem = Problem(400, "malformed", detail)
    else:
        problem = Problem(400, "malformed", _("The request can't be understood."))
    headers, body = refusal(problem)
    return [*headers, (b"connection", b"close")], body
