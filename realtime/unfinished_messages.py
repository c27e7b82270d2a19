"""Messages that a WebSocket's client begins and never ends.

granian gathers up to 16 MiB of a message before we see any of it, and has no option for less. What
the kernel has counted of a connection, less what we were given of it, is what is being gathered.
That is known on Linux (`TCP_INFO`, tcp(7)); elsewhere nothing is found out here.
"""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict, deque
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from struct import unpack_from
from time import monotonic
from typing import TYPE_CHECKING, Any

from realtime.per_loop import PerLoop
from resources.http.client_networks import address_of_scope, client_network

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

MOST_UNFINISHED = 256 * 1024
"""Bytes that may have come of a message which is not whole yet, besides what pings have."""
EVERY_SECONDS = 0.02
LOOKS_AT_ONCE = 100
SEARCH_PAUSE = 20
"""How many times as long as a search for the sockets of new connections took, the next waits."""
MOST_CUT, BARRED_SECONDS = 5, 60.0
"""A network opens no WebSocket while so many of its own were cut within so many seconds."""
MOST_NETWORKS = 4_096
OVERHEAD = 14
"""The longest head of a WebSocket frame (RFC 6455, 5.2)."""
FORGIVEN = 256
"""Bytes that are forgotten with each look: pings, and pieces of messages that are whole now."""
DESCRIPTORS = Path("/proc/self/fd")
BYTES_RECEIVED = 128
"""Where `tcpi_bytes_received` is in Linux' `struct tcp_info` (since 4.1)."""

type Peer = tuple[str, int]


class Arrival:
    """What has come of one connection: in all, and in whole messages since the last look."""

    def __init__(self, peer: Peer, network: str) -> None:
        self.peer = peer
        self.network = network
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

    def cut(self) -> bool:
        """End the connection, whose memory the server then frees; tell whether it was there."""
        if self.descriptor is None:
            return False
        with suppress(OSError), borrowed(self.descriptor) as own:
            # The number may be another connection's by now.
            if own.getpeername()[:2] == self.peer:
                own.shutdown(socket.SHUT_RDWR)
                return True
        return False

    def _received(self) -> int:
        """Return how many bytes have come; 0 when the connection is gone."""
        if self.descriptor is None:
            return 0
        try:
            with borrowed(self.descriptor) as own:
                info = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        except OSError:
            return 0
        received: int = unpack_from("Q", info, BYTES_RECEIVED)[0]
        return received


class Cuts:
    """When connections of a network were cut, the latest of them."""

    def __init__(self) -> None:
        self.of_network: OrderedDict[str, deque[float]] = OrderedDict()

    def add(self, network: str, now: float) -> None:
        """Note that a connection was cut; the networks that were longest without are forgotten."""
        self.of_network.setdefault(network, deque(maxlen=MOST_CUT)).append(now)
        self.of_network.move_to_end(network)
        if len(self.of_network) > MOST_NETWORKS:
            self.of_network.popitem(last=False)

    def are_too_many(self, network: str, now: float) -> bool:
        """Return whether a network may open no connection just now."""
        times = list(self.of_network.get(network, ()))
        return len(times) == MOST_CUT and now - times[0] < BARRED_SECONDS


class Watch:
    """Looks at the WebSockets of a process in turn, and ends those that gather too much."""

    def __init__(self) -> None:
        self.arrivals: dict[Arrival, None] = {}
        self.cuts = Cuts()
        self.next_search = 0.0
        self.task: asyncio.Task[None] | None = None

    def is_barred(self, network: str) -> bool:
        """Return whether a network may open no connection, as too many of its own were cut."""
        return self.cuts.are_too_many(network, monotonic())

    def add(self, scope: Mapping[str, Any]) -> Arrival:
        """Watch a client's connection from now on."""
        client = scope.get("client")
        # granian says the port as text.
        peer = (client[0], int(client[1])) if client else ("", 0)
        arrival = Arrival(peer, client_network(address_of_scope(scope)))
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
            turn = list(islice(self.arrivals, LOOKS_AT_ONCE))
            if any(arrival.descriptor is None for arrival in turn):
                self._search()
            for arrival in turn:
                # Whoever was looked at goes to the end of the line.
                self.arrivals[arrival] = self.arrivals.pop(arrival)
                if arrival.look() and arrival.cut():
                    self.cuts.add(arrival.network, monotonic())

    def _search(self) -> None:
        """Find the sockets of new connections, unless it's too soon to look for them again."""
        began = monotonic()
        if began < self.next_search:
            return
        found = _descriptors({arrival.descriptor for arrival in self.arrivals})
        for arrival in self.arrivals:
            if arrival.descriptor is None:
                arrival.descriptor = found.get(arrival.peer)
        self.next_search = began + SEARCH_PAUSE * (monotonic() - began)


@contextmanager
def borrowed(descriptor: int) -> Iterator[socket.socket]:
    """Yield one of the server's sockets, which stays open and the server's; raises OSError.

    A copy would keep the connection open for as long as it lives.
    """
    # The family of an IPv6 socket has room for every address.
    own = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, descriptor)
    try:
        yield own
    finally:
        own.detach()


def _descriptors(known: Container[int | None]) -> Mapping[Peer, int]:
    """Find the open sockets of this process by their clients, but those that are known."""
    found: dict[Peer, int] = {}
    for descriptor in (int(each.name) for each in DESCRIPTORS.iterdir()):
        if descriptor not in known:
            with suppress(OSError), borrowed(descriptor) as own:
                peer = own.getpeername()
                # A Unix socket's peer has but a name.
                if isinstance(peer, tuple):
                    found[peer[0], peer[1]] = descriptor
    return found


watch = PerLoop(Watch)
