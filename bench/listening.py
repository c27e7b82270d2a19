"""Many subscribers in one process: it looks for marks in what comes and notes the time."""

from __future__ import annotations

import multiprocessing
import select
from array import array
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ctypes import c_ulonglong
from functools import partial
from multiprocessing.sharedctypes import RawValue
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NamedTuple

from bench.served import allow_many_files

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

    from bench.wires import Wire

MARK, DIGITS = b"mark-", 6
LENGTH = len(MARK) + DIGITS
AT_ONCE = 256
CONNECTING = 32
"""How many subscribers come in at a time."""
STOP_SECONDS = 30


class Arrivals(NamedTuple):
    """Which writes arrived when, by `perf_counter`; `busy` is the processor time it took."""

    writes: array[int]
    times: array[float]
    busy: float
    lost: int


def marked(write: int) -> str:
    """Return the title by which subscribers know a write."""
    return f"{MARK.decode()}{write:0{DIGITS}d}"


class Listeners:
    """Subscribers in a process of their own."""

    def __init__(self, control: Connection, heard: c_ulonglong) -> None:
        self._control, self._heard = control, heard

    @property
    def heard(self) -> int:
        """Tell how many deliveries have come since the last report."""
        return int(self._heard.value)

    def report(self) -> Arrivals:
        """Return what has come since the last report, and begin anew."""
        self._control.send("report")
        arrivals: Arrivals = self._control.recv()
        return arrivals


@contextmanager
def listening(wire: Wire, address: str, tokens: Sequence[str]) -> Iterator[Listeners]:
    """Have one subscriber per token, an empty one for a guest, for the length of a block.

    Raises EOFError when not all of them could subscribe.
    """
    heard = RawValue(c_ulonglong, 0)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_listen, args=(there, heard, wire, address, tokens))
    process.start()
    there.close()
    try:
        here.recv()
        yield Listeners(here, heard)
        here.send("stop")
        process.join(STOP_SECONDS)
    finally:
        process.kill()
        process.join()


def _listen(
    control: Connection, heard: c_ulonglong, wire: Wire, address: str, tokens: Sequence[str]
) -> None:
    allow_many_files()
    with ThreadPoolExecutor(CONNECTING) as pool:
        opened = list(pool.map(partial(wire, address), tokens))
    connections = {one.fileno(): one for one in opened}
    for one in connections.values():
        one.setblocking(False)
    ears = Ears(connections, heard)
    control.send("open")
    while True:
        ears.hear_until(control)
        if control.recv() == "stop":
            return
        control.send(ears.report())


class Ears:
    """What one process hears; kept bare, because it shares the processor with the servers."""

    def __init__(self, connections: dict[int, socket.socket], heard: c_ulonglong) -> None:
        self._connections, self._heard = connections, heard
        self._tails = dict.fromkeys(connections, b"")
        self._poll = select.epoll()
        for number in connections:
            self._poll.register(number, select.EPOLLIN)
        self._begin()

    def report(self) -> Arrivals:
        """Return what was heard, and begin anew."""
        busy = process_time() - self._began
        arrivals = Arrivals(self._writes, self._times, busy, self._lost)
        self._begin()
        return arrivals

    def hear_until(self, control: Connection) -> None:
        """Note what arrives until somebody has a word on the pipe."""
        self._poll.register(control.fileno(), select.EPOLLIN)
        while True:
            ready = self._poll.poll(maxevents=AT_ONCE)
            for number, _event in ready:
                if number in self._connections:
                    self._read(number)
            self._heard.value = len(self._writes)
            if any(number == control.fileno() for number, _event in ready):
                break
        self._poll.unregister(control.fileno())

    def _begin(self) -> None:
        self._writes, self._times = array("l"), array("d")
        self._began, self._lost = process_time(), 0
        self._heard.value = 0

    def _read(self, number: int) -> None:
        read = self._connections[number].recv(65536)
        if not read:
            self._poll.unregister(number)
            self._lost += 1
            return
        now = perf_counter()
        chunk = self._tails[number] + read
        place = chunk.find(MARK)
        while 0 <= place <= len(chunk) - LENGTH:
            self._writes.append(int(chunk[place + len(MARK) : place + LENGTH]))
            self._times.append(now)
            place = chunk.find(MARK, place + LENGTH)
        self._tails[number] = chunk[1 - LENGTH :]
