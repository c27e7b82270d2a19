"""What serves the product in the partners' test, and every part of it that can fail."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from chaos.faults.cluster import SETTINGS, Process, environment_without_backends
from tests.migrated import EMBEDDED, fill_with_migrated_database
from tests.servers import (
    HOST,
    free_ports,
    postgresql_cluster,
    s3_server,
    valkey_server,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.servers import Server

DURABLE = {"synchronous_commit": "on", "full_page_writes": "on"}
DISK_BYTES = 48 * 1024 * 1024
WORKER, WRITER = "run_worker", "the writer"
START_SECONDS = 90.0


@dataclass
class Partner:
    """A server of others' that can be killed, be away, and hang."""

    name: str
    server: Server
    life: ExitStack = field(default_factory=ExitStack)
    pid: int = 0

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.pid = self.life.enter_context(self.server.running()).pid

    def kill(self) -> None:
        """Kill all of its processes at once."""
        signal_family(self.pid, signal.SIGKILL)
        self.life.close()

    def stop(self) -> None:
        """End it, however it is."""
        self.resume()
        self.life.close()

    def hang(self) -> None:
        """Stop all of its processes in the middle of what they do."""
        signal_family(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        signal_family(self.pid, signal.SIGCONT)


@dataclass
class Topology:
    """One process of the product, and what it stands on."""

    name: str
    product: Process
    partners: list[Partner]
    folder: Path
    has_own_disk: bool = False

    def children(self) -> Mapping[int, str]:
        """Return the product's own child processes by what they are."""
        assert self.product.running is not None
        found = {}
        for pid in descendants(self.product.running.pid):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_text()
                found[pid] = WORKER if WORKER in command else WRITER
        return found

    def child(self, kind: str) -> int:
        """Wait for a child of a kind and return its id."""
        until = monotonic() + START_SECONDS
        while not (found := [pid for pid, what in self.children().items() if what == kind]):
            if monotonic() > until:
                raise TimeoutError(f"no {kind}")
            sleep(0.05)
        return found[0]

    def bugs(self) -> list[str]:
        """Return what the product has logged of bugs."""
        lines = self.product.log.read_text(errors="replace").splitlines()
        return [line[:500] for line in lines if '"message":"crashed"' in line]

    def start(self) -> None:
        """Start the product and wait until it answers."""
        self.product.start()
        until = monotonic() + START_SECONDS
        while not self.product.is_up():
            if monotonic() > until:
                raise TimeoutError(self.product.log.read_text()[-2000:])
            sleep(0.1)


def signal_family(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process and to all that descend from it."""
    for each in [pid, *descendants(pid)]:
        with suppress(ProcessLookupError):
            os.kill(each, number)


def descendants(pid: int) -> list[int]:
    """Return the ids of all processes under one, in whatever session they are."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


@contextmanager
def on_servers(folder: Path) -> Iterator[Topology]:
    """Serve on PostgreSQL, Valkey and S3."""
    with backends(folder) as (partners, variables):
        yield from _served("PostgreSQL, Valkey, S3", folder, partners, variables)


@contextmanager
def backends(folder: Path) -> Iterator[tuple[list[Partner], dict[str, str]]]:
    """Run PostgreSQL, Valkey and S3. Yield them and the variables that lead to them."""
    with ExitStack() as stack:
        postgresql, database = stack.enter_context(postgresql_cluster(**DURABLE))
        store, bucket = stack.enter_context(s3_server())
        (port,) = free_ports(1)
        (folder / "valkey").mkdir()
        partners = [
            Partner("PostgreSQL", postgresql),
            Partner("Valkey", valkey_server(folder / "valkey", port)),
            Partner("S3", store),
        ]
        for partner in partners:
            stack.callback(partner.stop)
            partner.start()
        variables = {
            "DATABASE_URL": database,
            "REDIS_URL": f"redis://{HOST}:{port}/0",
            "S3_ENDPOINT_URL": f"http://{bucket.endpoint}",
            "S3_BUCKET": bucket.name,
            "S3_REGION": bucket.region,
            "S3_ACCESS_KEY": bucket.access_key,
            "S3_SECRET_KEY": bucket.secret_key,
        }
        yield partners, variables


@contextmanager
def embedded(folder: Path) -> Iterator[Topology]:
    """Serve on SQLite, a disk and memory."""
    yield from _served("SQLite, disk, memory", folder, [], EMBEDDED)


def _served(
    name: str, folder: Path, partners: list[Partner], variables: Mapping[str, str]
) -> Iterator[Topology]:
    data = folder / "data"
    own = {**variables, "HOLOBASE_DATA": str(data)}
    environment = environment_without_backends() | SETTINGS | own
    environment["WEBHOOK_ALLOW_PRIVATE"] = "true"
    (port,) = free_ports(1)
    topology = Topology(name, Process("all", port, folder, environment), partners, data)
    with small_disk(data) as topology.has_own_disk:
        if not partners:
            fill_with_migrated_database(data)
        try:
            topology.start()
            yield topology
        finally:
            topology.product.end(signal.SIGKILL)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of its own on a folder, small enough to fill, where this user may mount one."""
    folder.mkdir()
    mounted = os.geteuid() == 0 and _mounts(folder)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def _mounts(folder: Path) -> bool:
    options = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    return subprocess.run(options, check=False, capture_output=True).returncode == 0


def fill_disk(folder: Path) -> Callable[[], None]:
    """Leave no room on the disk of a folder; the function returned makes room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(64 * 1024))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(512))
    return ballast.unlink
