"""The servers that are measured: started over a folder on a free port, watched and stopped."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from resources.json_text import JsonObject

    type Starting = AbstractContextManager[Served]

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 20
QUIET = {
    "THROTTLE_READ": "off",
    "THROTTLE_WRITE": "off",
    "THROTTLE_AUTH": "off",
    "LOG_LEVEL": "INFO",
    "ACCESS_TOKEN_MINUTES": "1440",
    "MOST_CONNECTIONS_PER_USER": "0",
    "MOST_CONNECTIONS_PER_NETWORK": "0",
    "MOST_SUBSCRIPTIONS_PER_NETWORK": "0",
    "MOST_SUBSCRIPTIONS_PER_USER": "0",
    "MOST_AUDIENCE_POINTS": "0",
    "MOST_CONNECTIONS_PER_ADDRESS": "0",
}
STOCK = "-m granian --interface wsgi --workers 1 --blocking-threads 4 --log-level warning"


@dataclass(frozen=True)
class Served:
    """A running server; `cold_start` is the seconds from its start to its first answer.

    `database` is the process of a database server that works for it, if there is one.
    """

    address: str
    process: subprocess.Popen[bytes]
    cold_start: float
    database: subprocess.Popen[bytes] | None = None

    def memory(self) -> int:
        """Return the bytes of memory of the process and those it started.

        A page that several of them share counts once in all (PSS, proc_pid_smaps(5)).
        """
        # Until it begins its own program, a child lives in the memory of its parent (vfork(2)),
        # which is told by the most that it ever had: that changes least. Forks may have reserved
        # the same, but hold what is theirs since they began.
        own = {_most_memory(pid): pid for pid in reversed(_family(self.process.pid))}
        return sum(_kilobytes(pid, "smaps_rollup", "Pss") for pid in own.values()) * 1024

    def own_memory(self) -> int:
        """Return the bytes of memory of the process without those that it started."""
        return _kilobytes(self.process.pid, "status", "VmRSS") * 1024

    def processor_seconds(self) -> float:
        """Return the processor time that it, its database and what they started have used."""
        roots = [self.process, self.database] if self.database else [self.process]
        return sum(_processor_seconds(pid) for one in roots for pid in _family(one.pid))


def holobase(
    data: Path, extra: Mapping[str, str] | None = None, *more: str, source: Path = ROOT
) -> Starting:
    """Serve the Holobase of a checkout, without the background worker, over a data folder."""
    command = [interpreter(source), "manage.py", "serve", "--no-worker", *more, "--port"]
    return serving(command, data, "/api/v1/cards?limit=1", environment(data, extra), source)


def interpreter(source: Path) -> str:
    """Return the Python of a checkout's own environment, whose packages are of its time."""
    own = source / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _seed_module(source: Path) -> str:
    """Return the program that fills a data folder; older checkouts have it among their tests."""
    return "bench.seed" if (source / "bench").exists() else "tests.benchmarks.seed"


def filled(cards: int, variables: Mapping[str, str], source: Path = ROOT) -> JsonObject:
    """Fill the database that `variables` name, as a checkout does it; tells what is there."""
    done = subprocess.run(
        [interpreter(source), "-m", _seed_module(source), str(cards)],
        cwd=source,
        env=variables,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    rows: JsonObject = json.loads(done.stdout.splitlines()[-1])
    return rows


def stock(data: Path, extra: Mapping[str, str] | None = None) -> Starting:
    """Serve stock DRF over a data folder of Holobase's."""
    command = [sys.executable, *STOCK.split(), "bench.stock.wsgi:application", "--port"]
    return serving(command, data, "/api/v1/cards", environment(data, extra))


def pocketbase(folder: Path) -> Starting:
    """Serve PocketBase over its folder."""
    command = [*pocketbase_command(folder), "serve", "--http"]
    return serving(command, folder, "/api/health", environment(folder))


def pocketbase_command(folder: Path) -> list[str]:
    """Return the command that works on a folder and, unlike by itself, writes nothing beside it."""
    places = [f"--{kind}Dir={folder / kind}" for kind in ("migrations", "hooks", "public")]
    return [str(POCKETBASE), f"--dir={folder}", "--automigrate=false", *places]


POCKETBASE = Path(sysconfig.get_path("scripts"), "pocketbase")


@contextmanager
def serving(
    command: Sequence[str],
    folder: Path,
    first: str,
    variables: Mapping[str, str],
    source: Path = ROOT,
) -> Iterator[Served]:
    """Run a command that takes a port last, with `variables` as its whole environment.

    `first` is the path that is asked until it answers; the log is put into `folder`.
    """
    allow_many_files()
    port = _free_port()
    place = f"{HOST}:{port}"
    last = place if command[0] == str(POCKETBASE) else str(port)
    with Path(folder, "server.log").open("wb") as log:
        started = monotonic()
        process = subprocess.Popen(
            [*command, last],
            cwd=source,
            env=variables,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://{place}{first}", process)
            yield Served(f"http://{place}", process, monotonic() - started)
        finally:
            _stop(process)


def environment(folder: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of everything that works on a data folder."""
    return {**os.environ, "HOLOBASE_DATA": str(folder), **QUIET, **(extra or {})}


def allow_many_files() -> None:
    """Let this process, and so those it starts, hold as many connections as may be."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(url, timeout=10).raise_for_status()
        except httpx.TransportError:
            if monotonic() > until or process.poll() is not None:
                raise
            sleep(0.005)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in reversed(_family(process.pid)):
            os.kill(pid, 9)
        process.wait()


def _family(pid: int) -> list[int]:
    family = [pid]
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _told(thread).split():
            family += _family(int(child))
    return family


def _most_memory(pid: int) -> tuple[int, int]:
    """Return how many kilobytes a process has reserved and held at most."""
    return _kilobytes(pid, "status", "VmPeak"), _kilobytes(pid, "status", "VmHWM")


def _kilobytes(pid: int, table: str, kind: str) -> int:
    lines = _told(Path(f"/proc/{pid}/{table}")).splitlines()
    found = next((line for line in lines if line.startswith(f"{kind}:")), "x 0 kB")
    return int(found.split()[1])


def _processor_seconds(pid: int) -> float:
    fields = _told(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    # Of the process and of the children that it has waited for (proc_pid_stat(5)).
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _told(file: Path) -> str:
    """Return what the system tells of a process; nothing of one that has ended meanwhile."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
