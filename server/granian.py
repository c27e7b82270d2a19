"""Serving in this one process: granian in an event loop of our own, and how that ends."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import uvloop
from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from realtime.connections import dismiss_everyone, restarting
from server import waiting
from server.allocator import trim_while_growing
from server.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from realtime.asgi_types import Message, Receive, Scope, Send

BACKLOG = 4096
READ_BUFFER_BYTES = 64 * 1024
"""What is read of a connection at once; headers that don't fit are answered with 431."""
# An event stream counts as a request under way for as long as it is open: what limits live
# connections is `realtime.connections`.
MOST_AT_ONCE = 100_000
INTERRUPTED_SECONDS = 1.0
"""How long requests have that are cut off to say so to their clients."""
SENT_SECONDS = 0.2
"""How long what was answered last may take to the network."""
THREADS_SECONDS = 5.0
"""How long threads have for what nobody waits for any more, before the interpreter ends."""


class ServingError(Exception):
    """The server could not start, or ended by itself; the message says why."""


class Serving:
    """A server that sends live connections elsewhere before it stops.

    By itself it would wait for them for ever, and cut off what it is still sending to the last.
    `goodbye` is how many seconds they have from the signal to the stop, in which proxies let go
    of their connections, `patience` how many requests and connections have from there to the end.
    """

    def __init__(
        self, application: object, host: str, port: int, *, goodbye: float, patience: int
    ) -> None:
        self.application: Any = application
        self.prepare: Callable[[], Awaitable[object]] | None = None
        self.goodbye = goodbye
        self.is_ending = False
        self.is_over = False
        # Its one warning is that it is an experiment.
        self.server = Server(
            self._answer,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            backpressure=MOST_AT_ONCE,
            # Where it has to find out whether a client speaks HTTP/2, it waits for ever.
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=settings.HEADER_SECONDS * 1000,
                max_buffer_size=READ_BUFFER_BYTES,
            ),
            log_level=LogLevels.error,
        )
        self.server.workers_kill_timeout = patience

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises ServingError if that fails."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serve())
        waiting.finish(THREADS_SECONDS)

    def _answer(self, scope: Scope, receive: Receive, send: Send) -> Any:
        """Return the application's answer; in the end one that lets the connection go, too.

        A proxy that keeps connections would send the next request where nobody listens any more.
        """
        if scope["type"] != "http":
            return self.application(scope, receive, send)
        if self.is_ending:
            send = partial(_send_last, send)
        if self.is_over:
            return refuse(restarting(), send)
        return _answer_in_time(self.application, scope, receive, send)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end, loop.call_later)
        if self.prepare:
            await self.prepare()
        trimming = asyncio.create_task(trim_while_growing())
        try:
            await self.server.serve()
        except TimeoutError:
            await self._cut_off()
        trimming.cancel()
        if self.server.interrupt_children:
            raise ServingError("The server ended by itself.")

    def end(self, later: Callable[[float, Callable[[], None]], object]) -> None:
        """Warn live connections and stop a moment later; at once if asked again."""
        stop: Callable[[], None] = self.server.stop
        if self.is_ending:
            stop()
            return
        self.is_ending = True
        dismiss_everyone()
        later(self.goodbye, stop)

    async def _cut_off(self) -> None:
        """Tell clients whose requests have not ended in time that they are cut off."""
        self.is_over = True
        late = asyncio.all_tasks() - {asyncio.current_task()}
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=INTERRUPTED_SECONDS)
        await asyncio.sleep(SENT_SECONDS)


async def _answer_in_time(application: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request; one that is cut off gets 503, where granian itself would say 500."""
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
    """Raise ServingError if nobody can listen there.

    The server itself would share the port with another that does (SO_REUSEPORT).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as failure:
        why = os.strerror(failure.errno or 0)
        raise ServingError(f"Can't listen at {host}:{port}: {why}") from failure


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
