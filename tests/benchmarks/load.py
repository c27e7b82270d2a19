"""Load: wrk where it is installed, else a small generator of our own in a process of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTIONS = 32
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
FAILED = re.compile(r"Non-2xx or 3xx responses: (\d+)")


@dataclass(frozen=True)
class Request:
    """One request, repeated as fast as the server answers."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class LoadError(RuntimeError):
    """Some answers were not 2xx."""


def requests_per_second(request: Request, seconds: float) -> float:
    """Measure for some seconds over `CONNECTIONS` connections; raises LoadError on any failure."""
    wrk = shutil.which("wrk")
    if wrk:
        return _with_wrk(wrk, request, seconds)
    with ProcessPoolExecutor(max_workers=1) as process:
        return process.submit(_in_process, request, seconds).result()


def _with_wrk(wrk: str, request: Request, seconds: float) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_lua(request))
        script.flush()
        command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", script.name]
        done = subprocess.run([*command, request.url], capture_output=True, text=True, check=True)
    if FAILED.search(done.stdout):
        raise LoadError(done.stdout)
    rate = RATE.search(done.stdout)
    if rate is None:
        raise LoadError(done.stdout + done.stderr)
    return float(rate[1])


def _lua(request: Request) -> str:
    lines = [f'wrk.method = "{request.method}"']
    lines += [f'wrk.headers["{name}"] = "{value}"' for name, value in request.headers.items()]
    return "\n".join([*lines, f"wrk.body = [==[{request.body}]==]", ""])


def _in_process(request: Request, seconds: float) -> float:
    return asyncio.run(_generated(request, seconds))


async def _generated(request: Request, seconds: float) -> float:
    until = perf_counter() + seconds
    started = perf_counter()
    counts = await asyncio.gather(*(_connection(request, until) for _ in range(CONNECTIONS)))
    return sum(counts) / (perf_counter() - started)


async def _connection(request: Request, until: float) -> int:
    target = urlsplit(request.url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    sent = _bytes(request)
    count = 0
    while perf_counter() < until:
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 2"):
            raise LoadError(head.decode())
        length = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        count += 1
    writer.close()
    return count


def _bytes(request: Request) -> bytes:
    target = urlsplit(request.url)
    headers = {
        "Host": target.netloc,
        "Content-Length": str(len(request.body.encode())),
        **request.headers,
    }
    lines = [f"{request.method} {target.path}?{target.query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + request.body).encode()
