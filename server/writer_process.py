"""Writes in a process of their own: SQLite has one writer, which so gets a processor to itself.

The server passes on what is asked, and the writer answers (`server.writer_frames`). When the server
goes, the writer ends; when the writer goes, the server writes for itself until
another one, which it starts at once, is ready. A writer at work says so with each write that it
begins; one that says nothing for `WRITER_SECONDS` while somebody waits is taken for hung, and
killed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from itertools import count
from selectors import EVENT_READ, DefaultSelector
from threading import local
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, override
from uuid import UUID

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connections

from realtime.bell import ring_others
from realtime.hub import known_hubs
from realtime.revocation import affected_members, recheck_members
from resources import changes, context
from resources.actors import Actor
from resources.answers import HttpAnswer, problem_answer
from resources.http.exchange import Exchange
from resources.http.request import Request
from server import process_metrics
from server.back_off import BackOff
from server.child_processes import ForkedChild
from server.local_layer import LocalLayer
from server.sqlite.checkpoints import checkpoints_aside
from server.waiting import interrupted
from server.write_executor import (
    GroupCommitWriter,
    QueuedWrite,
    a_group,
    begun,
    context_in,
    places_of,
    write_group,
)
from server.writer_frames import BUSY, HELLO, NEWS, Frames, frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from resources.actors import ActorWire
    from resources.http.request import Wire
    from resources.models import Change
    from server.child_processes import Child
    from server.write_executor import Work

logger = logging.getLogger("holobase.crash")

READ_AT_ONCE = 1 << 16
BUSY_SECONDS = 1.0
"""How often a writer says that it is at work, at most."""
PEER_SECONDS = 5.0
"""How long a server may take to hear an answer, before the others go on without it."""


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

    def met(self, process: int) -> None:
        """Hear that the writer is ready, and its process id."""

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
        logger.error("the writer has said nothing for %d s: it is killed", self.silent_seconds)
        self.child.kill()
        # Not even a process that can't be killed keeps anybody waiting.
        self.transport.abort()

    @override
    def data_received(self, data: bytes) -> None:
        """Pass answers to the requests that wait for them, and news to the listeners."""
        self.silent_seconds = 0
        self.frames.feed(data)
        while (said := self.frames.next()) is not None:
            number, *rest = said
            if number == NEWS:
                _spread(*rest)
            elif number == HELLO:
                self.is_there = True
                self.met(*rest)
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
        """Start another writer; it says when it is ready."""
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


def _packed(exchange: Exchange) -> tuple[object, ...]:
    request, actor = exchange.request.to_wire(), exchange.actor.to_wire()
    return context.request_id(), request, actor, exchange.limits


def _unpacked(request: Wire, actor: ActorWire, limits: Mapping[str, str] | None) -> Exchange:
    exchange = Exchange(Request.from_wire(request))
    exchange.actor = Actor.from_wire(actor)
    exchange.limits = limits
    return exchange


class Line:
    """A server's end of the writer: what came from it, and what it is told."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.frames = Frames()

    def feed(self) -> bool:
        """Take in what has come; False when the server is gone."""
        try:
            data = self.peer.recv(READ_AT_ONCE)
        except OSError:
            return False
        self.frames.feed(data)
        return bool(data)

    def say(self, frames: bytes) -> None:
        """Tell the server; where that fails, half a frame may be said, so `feed` finds the end."""
        try:
            self.peer.sendall(frames)
        except OSError:
            with suppress(OSError):
                self.peer.shutdown(socket.SHUT_RDWR)


class Writer:
    """The other end: writes whatever has come in the meantime together.

    There is a line to each server. New ones come in through the `door`, if there is one: a socket
    that carries sockets (SCM_RIGHTS), or an empty message when it is time to end.
    """

    def __init__(self, door: socket.socket | None = None) -> None:
        self.door = door
        self.lines: list[Line] = []
        self.selector = DefaultSelector()
        self.has_news = False
        self.governed: set[UUID] = set()
        self.said_busy_at = monotonic()
        changes.committed.connect(self._hear)
        if door:
            self.selector.register(door, EVENT_READ)

    def admit(self, peer: socket.socket) -> None:
        """Write for a server, too; the first that it is told says that this is ready."""
        line = Line(peer)
        self.lines.append(line)
        self.selector.register(peer, EVENT_READ, line)
        line.say(frame(HELLO, os.getpid()))

    def run(self) -> None:
        """Write until there is no server any more."""
        while group := self._next_group():
            write_group([job for _line, _number, job in group])
            self._answer(group)

    def _next_group(self) -> list[tuple[Line, int, QueuedWrite]]:
        """Return what is asked; what came from a server that is gone, too, and nothing at last."""
        while not (group := list(a_group(self._jobs(), lambda asked: asked[2]))):
            if not self.door and not self.lines:
                break
            self._take_in()
        return group

    def _take_in(self) -> None:
        """Wait for what comes next, and take it in."""
        for key, _events in self.selector.select():
            if key.data is None:
                self._open_door()
            elif not key.data.feed():
                self._dismiss(key.data)

    def _open_door(self) -> None:
        if self.door is None:
            return
        _said, descriptors, _flags, _address = socket.recv_fds(self.door, 1, 1)
        if descriptors:
            peer = socket.socket(fileno=descriptors[0])
            peer.settimeout(PEER_SECONDS)
            self.admit(peer)
            return
        self.selector.unregister(self.door)
        self.door = None

    def _dismiss(self, line: Line) -> None:
        self.selector.unregister(line.peer)
        self.lines.remove(line)
        line.peer.close()

    def _jobs(self) -> Iterator[tuple[Line, int, QueuedWrite]]:
        """Yield what is asked, from each server in turn."""
        asking = list(self.lines)
        while asking:
            for line in list(asking):
                # Taken out one by one: a group that is full leaves the rest for the next one.
                if (said := line.frames.next()) is None:
                    asking.remove(line)
                    continue
                number, request_id, *rest = said
                exchange = _unpacked(*rest)
                own = context_in(exchange.request.language).copy()
                own.run(context.begin, request_id)
                work = partial(self._write, exchange)
                yield line, number, QueuedWrite(work, own, places_of(exchange))

    def _write(self, exchange: Exchange) -> HttpAnswer | Work:
        """Write, and say before that this goes on: a group of writes may take long together."""
        if monotonic() - self.said_busy_at >= BUSY_SECONDS:
            self.said_busy_at = monotonic()
            for line in self.lines:
                line.say(frame(BUSY))
        return begun(exchange)

    def _hear(self, change: Change, **_signal: object) -> None:
        self.has_news = True
        self.governed.update(affected_members(change))

    def _answer(self, group: Iterable[tuple[Line, int, QueuedWrite]]) -> None:
        said: dict[Line, list[bytes]] = {line: [] for line in self.lines}
        if self.has_news:
            news = frame(NEWS, [user_id.bytes for user_id in self.governed])
            for frames in said.values():
                frames.append(news)
            self.has_news = False
            self.governed.clear()
        for line, number, job in group:
            if job.answer and line in said:
                answer = job.answer
                said[line].append(frame(number, answer.status, answer.body, dict(answer.headers)))
        for line, frames in said.items():
            if frames:
                line.say(b"".join(frames))


@contextmanager
def writer_process() -> Iterator[WriterProcess]:
    """Start the writer, before there are threads, and return the server's end; ends it, too."""
    ours, theirs = socket.socketpair()
    process = os.fork()
    if not process:
        ours.close()
        leave_event_loops_alone()
        writer = Writer()
        writer.admit(theirs)
        be_the_writer(writer)
    theirs.close()
    beside = WriterProcess(ours, ForkedChild(process))
    try:
        yield beside
    finally:
        beside.close()


def be_the_forked_writer(door: socket.socket) -> NoReturn:
    """Write for all who hand in a line at the door, in a process that was forked for it."""
    leave_event_loops_alone()
    be_the_writer(Writer(door))


def leave_event_loops_alone() -> None:
    """Keep connections by thread: Django asks each time for which task of a loop one is meant."""
    vars(connections)["_connections"] = local()


def be_the_writer(writer: Writer) -> NoReturn:
    """Write what comes through the lines until the servers are gone, and end the process."""
    if isinstance(get_channel_layer(), LocalLayer):
        # Whoever listens there has a line, by which it hears of each commit.
        changes.committed.disconnect(ring_others)
    # The server says when it is over: what it has been asked is still to be written.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    process_metrics.share(settings.METRICS_FOLDER, "writer")
    try:
        with checkpoints_aside():
            writer.run()
    except Exception:
        logger.exception("crashed")
    finally:
        connections.close_all()
        logging.shutdown()
        # What the server has set up to be done at its end is not this process's to do.
        os._exit(0)
