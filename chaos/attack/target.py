"""The product under attack: served from a checkout with all its limits as they are by default."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

from bench.served import Served, seed_module
from tests.servers import HOST, free_ports, postgresql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_", "THROTTLE_", "MOST_")
START_SECONDS = 120
STOP_SECONDS = 30


@dataclass(frozen=True)
class Target:
    """The running product, and who and what there is in it."""

    served: Served
    known: Any

    def memory(self) -> int:
        """Return the bytes of memory of all processes."""
        return self.served.memory()


@contextmanager
def target(source: Path, folder: Path, *, on_postgresql: bool, cards: int) -> Iterator[Target]:
    """Fill the product of a checkout with cards and serve it on a free port."""
    if not on_postgresql:
        with _served(source, folder, {}, cards) as found:
            yield found
        return
    with postgresql() as database, valkey() as redis:
        urls = {"DATABASE_URL": database, "REDIS_URL": redis}
        with _served(source, folder, urls, cards) as found:
            yield found


@contextmanager
def _served(source: Path, folder: Path, urls: dict[str, str], cards: int) -> Iterator[Target]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(BACKEND_VARIABLES)}
    environment = kept | urls
    environment |= {
        "HOLOBASE_DATA": str(folder),
        "ACCESS_TOKEN_MINUTES": "600",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", seed_module(source), str(cards)]
    seeded = subprocess.run(
        command, cwd=source, env=environment, check=True, stdout=subprocess.PIPE
    )
    known = json.loads(seeded.stdout.splitlines()[-1])
    (port,) = free_ports(1)
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=source, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://{HOST}:{port}"
            yield Target(Served(url, process, _until_up(url, process)), known)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until_up(url: str, process: subprocess.Popen[bytes]) -> float:
    """Wait for the first answer; returns the seconds that it took."""
    began = monotonic()
    while True:
        try:
            with urlopen(f"{url}/healthz", timeout=10):  # noqa: S310 - our own address
                return monotonic() - began
        except (URLError, OSError):
            if process.poll() is not None or monotonic() - began > START_SECONDS:
                raise
            sleep(0.05)
