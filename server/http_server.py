"""Serving in this one process: uvicorn in an event loop of our own, and how that ends."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, override

import uvicorn
import uvloop
from django.conf import settings

from realtime.connections import dismiss_everyone
from server import waiting
from server.allocator import trim_while_growing
from server.protocols import HttpConnection, WebSocketConnection
from server.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator
    from pathlib import Path

    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send

BACKLOG = 4096
KEEPALIVE_SECONDS = 60
"""How long a connection is silent before TCP asks whether its other end is still there."""
MOST_MESSAGE_BYTES = 256 * 1024
"""How large a message of a WebSocket may be; the connection ends with 1009 beyond."""
INTERRUPTED_SECONDS = 1.0
"""How long requests have that are cut off to say so to their clients."""
THREADS_SECONDS = 5.0
"""How long threads have for what nobody waits for any more, before the interpreter ends."""


class ServingError(Exception):
    """The server could not start; the message says why."""


class Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it, and says when it listens."""

    when_listening: Callable[[], None] = staticmethod(lambda: None)

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_listening()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wait for requests as long as the configuration says, then cut them off."""
        await super().shutdown(sockets)
        with suppress(TimeoutError):
            async with asyncio.timeout(INTERRUPTED_SECONDS):
                while self.server_state.connections:
                    await asyncio.sleep(0.02)


def server_of(application: ASGIApp, *, patience: int) -> Server:
    """Return a server for one application; `patience` is how many seconds requests have to end."""
    config = uvicorn.Config(
        application,
        loop="none",
        http=HttpConnection,
        ws=WebSocketConnection,
        ws_max_size=MOST_MESSAGE_BYTES,
        # Who has vanished is found by TCP (`listening_socket`).
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        interface="asgi3",
        # Who asks through a proxy is found out by `resources.http.client_networks`.
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=settings.HEADER_SECONDS,
        timeout_graceful_shutdown=patience,
    )
    return Server(config)


class Serving:
    """A server that sends live connections elsewhere before it stops.

    By itself it would wait for them for ever, and cut off what it is still sending to the last.
    `goodbye` is how many seconds they have from the signal to the stop, in which proxies let go
    of their connections, `patience` how many requests and connections have from there to the end.
    """

    def __init__(
        self, application: ASGIApp, listener: socket.socket, *, goodbye: float, patience: int
    ) -> None:
        self.application = application
        self.listener = listener
        self.prepare: Callable[[], Awaitable[object]] | None = None
        self.goodbye = goodbye
        self.is_ending = False
        self.server = server_of(self._answer, patience=patience)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises ServingError if that fails."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())
        waiting.finish(THREADS_SECONDS)

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Return the application's answer; in the end one that lets the connection go, too.

        A proxy that keeps connections would send the next request where nobody listens any more.
        """
        if scope["type"] != "http":
            return self.application(scope, receive, send)
        if self.is_ending:
            send = partial(_send_last, send)
        return _answer_in_time(self.application, scope, receive, send)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end, loop.call_later)
        if self.prepare:
            await self.prepare()
        trimming = asyncio.create_task(trim_while_growing())
        await self.server.serve([self.listener])
        trimming.cancel()

    def end(self, later: Callable[[float, Callable[[], None]], object]) -> None:
        """Warn live connections and stop a moment later; at once if asked again."""
        if self.is_ending:
            self._stop()
            return
        self.is_ending = True
        dismiss_everyone()
        later(self.goodbye, self._stop)

    def _stop(self) -> None:
        self.server.should_exit = True


async def _answer_in_time(application: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request; one that is cut off gets 503, where uvicorn would say 500."""
    try:
        await application(scope, receive, send)
    except asyncio.CancelledError:
        # Nothing comes after this task. What has begun to be answered can't be told of it.
        with suppress(RuntimeError):
            await refuse(waiting.interrupted(), send)


async def _send_last(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
    await send(message)


def require_free(host: str, port: int) -> None:
    """Raise ServingError if nobody can listen there."""
    listening_socket(host, port).close()


def listening_socket(host: str, port: int, *, is_shared: bool = False) -> socket.socket:
    """Return a socket that is bound to an address, which several processes may share.

    Raises ServingError when nobody can listen there.
    """
    is_six = ":" in host
    family = socket.AF_INET6 if is_six else socket.AF_INET
    try:
        listener = socket.create_server(
            (host, port), family=family, reuse_port=is_shared, dualstack_ipv6=host == "::"
        )
    except OSError as failure:
        why = os.strerror(failure.errno or 0)
        raise ServingError(f"Can't listen at {host}:{port}: {why}") from failure
    # Connections have it from the socket that they are accepted at (tcp(7)).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
    return listener


def hold_folder(folder: Path, parts: Iterable[str]) -> None:
    """Hold a data folder until this process ends; raises ServingError if another one does.

    Each part, such as `api`, can be held by one process at a time. The operating system lets go
    of the locks however the process ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        # Never closed: the lock lasts as long as the descriptor.
        file = os.open(folder / f"serve-{part}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServingError(
                f"Another server uses the folder {folder} ({part}): stop it, or give this one"
                " a folder of its own by --data."
            ) from None
