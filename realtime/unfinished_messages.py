"""Messages that a WebSocket's client begins and never ends.

granian gathers up to 16 MiB of a message before we see any of it, and has no option for less. What
the kernel has counted of a connection, less what we were given of it, is what is being gathered.
That is known on Linux (`TCP_INFO`, tcp(7)); elsewhere nothing is found out here.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, Any

from realtime.per_loop import PerLoop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_UNFINISHED = 256 * 1024
"""Bytes that may have come of a message which is not whole yet, besides what pings have."""
EVERY_SECONDS = 0.1
LOOKS_AT_ONCE = 100
OVERHEAD = 14
"""The longest head of a WebSocket frame (RFC 6455, 5.2)."""
FORGIVEN = 1024
"""Bytes that are forgotten with each look: pings, and pieces of messages that are whole now."""
DESCRIPTORS = Path("/proc/self/fd")
BYTES_RECEIVED = 128
"""Where `tcpi_bytes_received` is in Linux' `struct tcp_info` (since 4.1)."""

type Peer = tuple[str, int]


class Arrival:
    """What has come of one connection: in all, and in whole messages since the last look."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.descriptor: int | None = None
        self.seen = 0
        self.given = 0
        self.unfinished = 0

    def note(self, text: str | bytes | None) -> None:
        """Note a whole message."""
        size = len(text or b"") if isinstance(text, bytes | None) else len(text.encode())
        self.given += size + OVERHEAD

    def look(self) -> bool:
        """See what has come since the last look; tells whether too much of it is unfinished."""
        received = self._received()
        if received:
            gathered = self.unfinished + received - self.seen - self.given - FORGIVEN
            self.unfinished, self.seen, self.given = max(0, gathered), received, 0
        return self.unfinished > MOST_UNFINISHED

    def cut(self) -> None:
        """End the connection: the server then lets go of what it has gathered."""
        with suppress(OSError), self._socket() as line:
            if line.getpeername()[:2] == self.peer:
                line.shutdown(socket.SHUT_RDWR)

    def _received(self) -> int:
        try:
            with self._socket() as line:
                if line.getpeername()[:2] != self.peer:
                    return 0
                info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        except OSError:
            return 0
        received: int = unpack_from("Q", info, BYTES_RECEIVED)[0]
        return received

    def _socket(self) -> socket.socket:
        """Borrow the server's socket; a copy that stayed open would keep the connection open."""
        return socket.socket(fileno=os.dup(-1 if self.descriptor is None else self.descriptor))


class Watch:
    """Looks at the WebSockets of a process in turn, and ends those that gather too much."""

    def __init__(self) -> None:
        self.arrivals: dict[Arrival, None] = {}
        self.task: asyncio.Task[None] | None = None

    def add(self, client: Sequence[Any] | None) -> Arrival:
        """Watch a connection of a client, as ASGI names it, from now on."""
        # granian says the port as text.
        arrival = Arrival((client[0], int(client[1])) if client else ("", 0))
        if client and DESCRIPTORS.is_dir() and hasattr(socket, "TCP_INFO"):
            self.arrivals[arrival] = None
            if self.task is None or self.task.done():
                self.task = asyncio.create_task(self._look_around())
        return arrival

    def drop(self, arrival: Arrival) -> None:
        """Watch a connection no more."""
        self.arrivals.pop(arrival, None)

    async def _look_around(self) -> None:
        while self.arrivals:
            await asyncio.sleep(EVERY_SECONDS)
            turn = list(self.arrivals)[:LOOKS_AT_ONCE]
            if any(arrival.descriptor is None for arrival in turn):
                self._find(_descriptors())
            for arrival in turn:
                # Whoever was looked at goes to the end of the line.
                self.arrivals[arrival] = self.arrivals.pop(arrival)
                if arrival.look():
                    arrival.cut()

    def _find(self, descriptors: Mapping[Peer, int]) -> None:
        for arrival in list(self.arrivals):
            if arrival.descriptor is None:
                arrival.descriptor = descriptors.get(arrival.peer, -1)


def _descriptors() -> Mapping[Peer, int]:
    """Find the open sockets of this process by their clients."""
    found: dict[Peer, int] = {}
    for each in DESCRIPTORS.iterdir():
        with suppress(OSError):
            if str(each.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(each.name))) as line:
                    peer = line.getpeername()
                # A Unix socket's peer has but a name.
                if isinstance(peer, tuple):
                    found[peer[0], peer[1]] = int(each.name)
    return found


watch = PerLoop(Watch)
