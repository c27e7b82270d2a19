"""Load: wrk where it is installed, else a small generator of our own in a process of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, cast, override
from urllib.parse import urlsplit

import uvloop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONNECTIONS = 32
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s|m)\b")
LENGTH = re.compile(rb"content-length: (\d+)")
FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*")
MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
SCRIPT = """
local calls, turn = {}, 0
init = function()
  for line in io.lines("%s") do
    local path, body = line:match("([^\\t]*)\\t(.*)")
    calls[#calls + 1] = wrk.format(nil, path, nil, body)
  end
end
request = function()
  turn = turn %% #calls + 1
  return calls[turn]
end
"""


class Call(NamedTuple):
    """One of the paths that are asked for, with the body that is sent there."""

    path: str
    body: str = ""


@dataclass(frozen=True)
class Request:
    """Calls to one server, made in turn as fast as it answers.

    With a `pace`, each connection makes so many a second; a call that has to wait for the answer
    to the one before is timed from when it was due.
    """

    server: str
    calls: Sequence[Call]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS
    pace: float = 0


class Measured(NamedTuple):
    """Requests a second, and the milliseconds that half and 99 of 100 of them stayed below.

    `microseconds` is the processor time of the server that a request cost, `memory` how many bytes
    the server takes up after them, where that was measured.
    """

    rate: float
    p50: float
    p99: float
    microseconds: float = 0
    memory: int = 0


class LoadError(RuntimeError):
    """Some answers were not 2xx."""


def measure(request: Request, seconds: float) -> Measured:
    """Measure for some seconds over its connections; raises LoadError on any failure."""
    wrk = shutil.which("wrk")
    if wrk and not request.pace:
        return _with_wrk(wrk, request, seconds)
    with ProcessPoolExecutor(max_workers=1) as process:
        return process.submit(_in_process, request, seconds).result()


def _with_wrk(wrk: str, request: Request, seconds: float) -> Measured:
    with (
        tempfile.NamedTemporaryFile("w", suffix=".lua") as script,
        tempfile.NamedTemporaryFile("w", suffix=".calls") as calls,
    ):
        calls.writelines(f"{call.path}\t{call.body}\n" for call in request.calls)
        calls.flush()
        script.write(_lua(request) + SCRIPT % calls.name)
        script.flush()
        command = [wrk, "-t1", f"-c{request.connections}", f"-d{seconds:.0f}s", "--timeout", "30s"]
        command += ["--latency", "-s", script.name, request.server]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    rate = RATE.search(done.stdout)
    if FAILED.search(done.stdout) or rate is None or not float(rate[1]):
        raise LoadError(done.stdout + done.stderr)
    p50, p99 = (float(n) * MILLISECONDS[unit] for _, n, unit in LATENCY.findall(done.stdout))
    return Measured(float(rate[1]), p50, p99)


def _lua(request: Request) -> str:
    lines = [f'wrk.method = "{request.method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in request.headers.items()]
    return "\n".join([*lines, ""])


def _in_process(request: Request, seconds: float) -> Measured:
    return uvloop.run(_generated(request, seconds))


async def _generated(request: Request, seconds: float) -> Measured:
    loop, started = asyncio.get_running_loop(), perf_counter()
    calls = cycle([_bytes(request, call) for call in request.calls])
    target = urlsplit(request.server)
    begin = partial(Client, calls, started + seconds, 1 / request.pace if request.pace else 0)
    host, port = target.hostname or "", target.port or 80
    clients = [
        (await loop.create_connection(begin, host, port))[1] for _ in range(request.connections)
    ]
    await asyncio.gather(*(client.ended for client in clients))
    times = [time for client in clients for time in client.times]
    rate = len(times) / (perf_counter() - started)
    return Measured(rate, median(times), quantiles(times, n=100)[98])


class Client(asyncio.Protocol):
    """One connection that asks as soon as it was answered; `times` are milliseconds.

    It is bare, as the generator shares the processors with the servers: what it takes, they lack.
    """

    transport: asyncio.Transport

    def __init__(self, calls: Iterator[bytes], until: float, interval: float) -> None:
        self.calls, self.until, self.interval = calls, until, interval
        self.times: list[float] = []
        self.ended = asyncio.get_running_loop().create_future()
        self.read = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.due = perf_counter()
        self._ask()

    @override
    def data_received(self, data: bytes) -> None:
        self.read += data
        if not _is_whole(self.read):
            return
        now = perf_counter()
        self.times.append((now - self.began) * 1000)
        if not self.read.startswith(b"HTTP/1.1 2"):
            self._end(LoadError(self.read.decode(errors="replace")))
        elif now < self.until:
            self.due = self.due + self.interval if self.interval else now
            self._ask_when_due(now)
        else:
            self._end()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._end(LoadError(f"the connection was closed: {exc}"))

    def _ask_when_due(self, now: float) -> None:
        if now < self.due:
            asyncio.get_running_loop().call_later(self.due - now, self._ask)
        else:
            self._ask()
            self.began = self.due

    def _ask(self) -> None:
        self.read, self.began = b"", perf_counter()
        self.transport.write(next(self.calls))

    def _end(self, failure: LoadError | None = None) -> None:
        if self.ended.done():
            return
        if failure:
            self.ended.set_exception(failure)
        else:
            self.ended.set_result(None)
        self.transport.close()


def _is_whole(read: bytes) -> bool:
    """Return whether an answer has come to its end."""
    end = read.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = read[:end].lower()
    length = LENGTH.search(head)
    if length:
        return len(read) - end - 4 >= int(length[1])
    return b"chunked" not in head or read.endswith(b"\r\n0\r\n\r\n")


def _bytes(request: Request, call: Call) -> bytes:
    headers = {
        "Host": urlsplit(request.server).netloc,
        "Content-Length": str(len(call.body.encode())),
        **request.headers,
    }
    lines = [f"{request.method} {call.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + call.body).encode()
