"""Writes in a process of their own: SQLite has one writer, which so gets a processor to itself.

The server passes on what is asked, and the writer answers. Between them go frames: a length of
four bytes, then a tuple in Python's own `marshal`, which only the same Python has to understand.
When the server goes, the writer ends; when the writer goes, the server writes for itself until
another one, which it starts at once, is ready. A writer that answers nobody for `WRITER_SECONDS` is
taken for hung, and killed.
"""

from __future__ import annotations

import asyncio
import logging
import marshal
import os
import pickle
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from contextvars import Context
from functools import cached_property, partial
from itertools import count
from struct import Struct
from threading import local
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, override
from uuid import UUID

from django.conf import settings
from django.db import connections

from realtime.hub import known_hubs
from realtime.revocation import affected_members, recheck_members
from resources import changes, context
from resources.answers import HttpAnswer, problem_answer
from resources.http.exchange import Exchange
from resources.http.request import Request
from server import process_metrics
from server.back_off import BackOff
from server.waiting import interrupted
from server.write_executor import (
    MOST_IN_A_GROUP,
    GroupCommitWriter,
    QueuedWrite,
    write_group,
    write_in_language,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from resources.http.request import Wire
    from resources.models import Change

logger = logging.getLogger("holobase.crash")

LENGTH = Struct("!I")
READ_AT_ONCE = 1 << 16
NEWS = 0
"""The number of a frame that answers nobody: it tells that something was committed."""


class Frames:
    """What has come through a socket, cut into frames."""

    def __init__(self) -> None:
        self.received = bytearray()

    def feed(self, data: bytes) -> None:
        """Take in what has come."""
        self.received += data

    def next(self) -> Any:
        """Return the next frame; nothing when there is no whole one."""
        received = self.received
        if len(received) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(received)[0]
        if len(received) < end:
            return None
        content = marshal.loads(received[LENGTH.size : end])  # noqa: S302 - our other half's
        del received[:end]
        return content


def frame(*content: Any) -> bytes:
    """Write a frame."""
    body = marshal.dumps(content)
    return LENGTH.pack(len(body)) + body


class Child(Protocol):
    """The process that writes, as `subprocess.Popen` is one."""

    def kill(self) -> None:
        """End it at once, whatever it does."""

    def wait(self) -> object:
        """Wait until it has ended."""


class ForkedChild:
    """A process that was forked by this one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> object:
        """Wait until it has ended."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        return None


class WriterProcess(asyncio.Protocol):
    """The server's end: hands over what is asked and waits for the answers."""

    def __init__(self, line: socket.socket, child: Child) -> None:
        self.line = line
        self.child = child
        self.silent_seconds = 0
        self.watch: asyncio.TimerHandle | None = None
        self.frames = Frames()
        self.numbers = count(NEWS + 1)
        self.waiting: dict[int, asyncio.Future[HttpAnswer]] = {}
        self.transport: Any = None
        self.is_there = True
        self.back_off = BackOff()
        self.revival: asyncio.Task[None] | None = None

    @cached_property
    def stand_in(self) -> GroupCommitWriter:
        """What writes in this process while the writer is away."""
        return GroupCommitWriter()

    async def connect(self) -> None:
        """Begin to listen to the writer, in the event loop that serves."""
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self, sock=self.line)

    def close(self) -> None:
        """Close the socket, which ends the writer, and wait until it has ended."""
        self.line.close()
        self.child.wait()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Have the writer run the steps of a write; 503 when it ends before it answers."""
        if not self.is_there:
            return await self.stand_in.write(exchange)
        number = next(self.numbers)
        answer: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        self.waiting[number] = answer
        if self.watch is None:
            self._watch_again()
        try:
            self.transport.write(frame(number, *_packed(exchange)))
            return await answer
        finally:
            del self.waiting[number]

    def _watch_again(self) -> None:
        """Look a second later whether somebody still waits; seconds are counted while one does.

        They are counted rather than measured: a server that stood still has heard nothing either.
        """
        self.watch = asyncio.get_running_loop().call_later(1, self._look)

    def _look(self) -> None:
        self.watch = None
        if not self.waiting:
            self.silent_seconds = 0
            return
        self.silent_seconds += 1
        if self.silent_seconds <= settings.WRITER_SECONDS:
            self._watch_again()
            return
        logger.error("the writer has answered nobody for %d s: it is killed", self.silent_seconds)
        self.child.kill()
        # Not even a process that can't be killed keeps anybody waiting.
        self.transport.abort()

    @override
    def data_received(self, data: bytes) -> None:
        """Give answers to those who wait for them, and news to those who listen."""
        self.silent_seconds = 0
        self.frames.feed(data)
        while (said := self.frames.next()) is not None:
            number, *rest = said
            if number == NEWS:
                self.is_there = True
                _spread(*rest)
            elif (answer := self.waiting.get(number)) is not None and not answer.done():
                answer.set_result(HttpAnswer(*rest))

    @override
    def connection_lost(self, failure: Exception | None) -> None:
        """Write in this process meanwhile; what was under way may be written or not."""
        logger.error("the writer has ended; the server writes for itself until there is another")
        self.is_there = False
        self.silent_seconds = 0
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_result(problem_answer(interrupted()))
        self.revival = asyncio.create_task(self._revive())

    async def _revive(self) -> None:
        """Start another writer; its first news say that it is ready."""
        await asyncio.get_running_loop().run_in_executor(None, self.child.wait)
        await asyncio.sleep(self.back_off.next())
        self.back_off.begin()
        self.frames = Frames()
        self.line, theirs = socket.socketpair()
        # Not a fork: by now there are threads, whose locks it would take along.
        command = [sys.executable, "manage.py", "run_writer", "--skip-checks"]
        with theirs:
            number = theirs.fileno()
            self.child = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--line", str(number)],
                cwd=settings.BASE_DIR,
                pass_fds=[number],
                process_group=0,
            )
        await self.connect()


def _spread(user_ids: Iterable[bytes]) -> None:
    """Wake live connections after a commit, and recheck those of some members."""
    for hub in known_hubs():
        hub.ring()
    recheck_members(UUID(bytes=user_id) for user_id in user_ids)


def _packed(exchange: Exchange) -> tuple[Any, ...]:
    request, actor = exchange.request.to_wire(), pickle.dumps(exchange.actor)
    return context.request_id(), request, actor, exchange.limits


def _unpacked(request: Wire, actor: bytes, limits: Mapping[str, str] | None) -> Exchange:
    exchange = Exchange(Request.from_wire(request))
    exchange.actor = pickle.loads(actor)  # noqa: S301 - our other half's
    exchange.limits = limits
    return exchange


class Writer:
    """The other end: writes whatever has come in the meantime together."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.frames = Frames()
        self.has_news = False
        self.governed: set[UUID] = set()
        changes.committed.connect(self._hear)

    def run(self) -> None:
        """Write until the server is gone; the first news, of nothing, say that this is ready."""
        self.line.sendall(frame(NEWS, []))
        while group := self._next_group():
            write_group([job for _number, job in group])
            self._answer(group)

    def _next_group(self) -> list[tuple[int, QueuedWrite]]:
        while not (group := list(self._jobs())):
            data = self.line.recv(READ_AT_ONCE)
            if not data:
                break
            self.frames.feed(data)
        return group

    def _jobs(self) -> Iterator[tuple[int, QueuedWrite]]:
        for _turn in range(MOST_IN_A_GROUP):
            written = self.frames.next()
            if written is None:
                return
            number, request_id, *rest = written
            own = Context()
            own.run(context.begin, request_id)
            yield number, QueuedWrite(partial(write_in_language, _unpacked(*rest)), own)

    def _hear(self, change: Change, **_signal: object) -> None:
        self.has_news = True
        self.governed.update(affected_members(change))

    def _answer(self, group: Iterable[tuple[int, QueuedWrite]]) -> None:
        said = []
        if self.has_news:
            said.append(frame(NEWS, [user_id.bytes for user_id in self.governed]))
            self.has_news = False
            self.governed.clear()
        said += [
            frame(number, job.answer.status, job.answer.body, dict(job.answer.headers))
            for number, job in group
            if job.answer
        ]
        self.line.sendall(b"".join(said))


@contextmanager
def writer_process() -> Iterator[WriterProcess]:
    """Start the writer, before there are threads, and give the server's end; ends it, too."""
    ours, theirs = socket.socketpair()
    process = os.fork()
    if not process:
        ours.close()
        # Django asks each time for which task of an event loop a connection is meant.
        vars(connections)["_connections"] = local()
        be_the_writer(theirs)
    theirs.close()
    writer = WriterProcess(ours, ForkedChild(process))
    try:
        yield writer
    finally:
        writer.close()


def be_the_writer(line: socket.socket) -> NoReturn:
    """Write what comes through `line` until the server is gone, and end the process."""
    # The server says when it is over: what it has been asked is still to be written.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    process_metrics.share(settings.METRICS_FOLDER, "writer")
    try:
        Writer(line).run()
    except ConnectionError:
        logger.warning("the server went away")
    except Exception:
        logger.exception("crashed")
    finally:
        connections.close_all()
        logging.shutdown()
        # What the server has set up to be done at its end is not this process's to do.
        os._exit(0)
