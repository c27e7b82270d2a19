"""Load: wrk where it is installed, else a small generator of our own in a process of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONNECTIONS = 32
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
LATENCY = re.compile(r"(50|99)%\s+([\d.]+)(us|ms|s|m)\b")
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
    """Calls to one server, made in turn as fast as it answers."""

    server: str
    calls: Sequence[Call]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int = CONNECTIONS


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
    if wrk:
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
    return asyncio.run(_generated(request, seconds))


async def _generated(request: Request, seconds: float) -> Measured:
    started = perf_counter()
    calls = cycle([_bytes(request, call) for call in request.calls])
    connections = (
        _connection(request, calls, started + seconds) for _ in range(request.connections)
    )
    times = [time for one in await asyncio.gather(*connections) for time in one]
    rate = len(times) / (perf_counter() - started)
    return Measured(rate, median(times), quantiles(times, n=100)[98])


async def _connection(request: Request, calls: Iterator[bytes], until: float) -> list[float]:
    target = urlsplit(request.server)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    times = []
    while perf_counter() < until:
        began = perf_counter()
        writer.write(next(calls))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise LoadError(head.decode())
        length = re.search(rb"content-length: (\d+)", head.lower())
        if length:
            await reader.readexactly(int(length[1]))
        elif b"chunked" in head:
            await reader.readuntil(b"\r\n0\r\n\r\n")
        times.append((perf_counter() - began) * 1000)
    writer.close()
    return times


def _bytes(request: Request, call: Call) -> bytes:
    headers = {
        "Host": urlsplit(request.server).netloc,
        "Content-Length": str(len(call.body.encode())),
        **request.headers,
    }
    lines = [f"{request.method} {call.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + call.body).encode()
