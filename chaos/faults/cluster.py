"""PostgreSQL, Valkey and the processes of Holobase over them, each of which can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Self

import httpx

from tests.migrated import SERVE
from tests.servers import HOST, Server, free_ports, postgresql, valkey_server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.json_text import JsonObject

ROOT = Path(__file__).resolve().parents[2]
BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_")
SETTINGS = {
    "THROTTLE_READ": "off",
    # What is killed is the process that serves, not one that starts it again.
    "SERVE_PROCESSES": "1",
    "THROTTLE_WRITE": "off",
    "THROTTLE_AUTH": "off",
    "LOG_LEVEL": "WARNING",
    "ACCESS_TOKEN_MINUTES": "120",
    "REALTIME_RECONNECT_SPREAD_SECONDS": "2",
    "MOST_CONNECTIONS_PER_ADDRESS": "0",
    "MOST_UPLOADS_PER_NETWORK": "0",
    "MOST_CONNECTIONS_PER_USER": "0",
    "MOST_CONNECTIONS_PER_NETWORK": "0",
    "MOST_SUBSCRIPTIONS_PER_NETWORK": "0",
    "MOST_AUDIENCE_POINTS": "0",
    "MOST_SUBSCRIPTIONS_PER_USER": "0",
}
START_SECONDS = 300.0


@dataclass
class Process:
    """A process of a role on a port of its own, whatever happens to it."""

    role: str
    port: int
    folder: Path
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """Return the file that gets all it prints, over all its lives."""
        return self.folder / f"{self.role}-{self.port}.log"

    def start(self) -> None:
        """Start it; it answers some seconds later."""
        command = [*SERVE, "--role", self.role]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, how: signal.Signals) -> None:
        """Kill it with all it has started, or ask it to end, and wait until it is gone."""
        if self.running is None:
            return
        if how is signal.SIGKILL:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, how)
        else:
            self.running.send_signal(how)
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.end(signal.SIGKILL)

    def is_up(self) -> bool:
        """Return whether it answers."""
        try:
            return httpx.get(f"http://{self.address}/healthz", timeout=2).is_success
        except httpx.HTTPError:
            return False


class Cluster:
    """Everything that is served, and who may be told where."""

    def __init__(self, folder: Path, *, apis: int, realtimes: int, database: str) -> None:
        self.folder = folder
        self.stack = ExitStack()
        self.valkey_life = ExitStack()
        (valkey_port, *ports) = free_ports(1 + apis + realtimes)
        (folder / "valkey").mkdir()
        self.valkey: Server = valkey_server(folder / "valkey", valkey_port)
        self.database = database or self.stack.enter_context(postgresql())
        self.environment = environment_without_backends() | SETTINGS
        self.environment |= {
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://{HOST}:{valkey_port}/0",
            "HOLOBASE_DATA": str(folder / "data"),
        }
        roles = ["api"] * apis + ["realtime"] * realtimes
        self.processes = [
            Process(role, port, folder, self.environment)
            for role, port in zip(roles, ports, strict=True)
        ]

    def __enter__(self) -> Self:
        self.valkey_life.enter_context(self.valkey.running())
        return self

    def __exit__(self, *_failure: object) -> None:
        for process in self.processes:
            process.end(signal.SIGKILL)
        self.valkey_life.close()
        self.stack.close()

    def of_role(self, role: str) -> list[Process]:
        """Return the processes of a role."""
        return [process for process in self.processes if process.role == role]

    def populate(self, members: int) -> JsonObject:
        """Fill the database by `chaos.faults.population`, whose JSON this gives."""
        command = [sys.executable, "-m", "chaos.faults.population", str(members)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        rows: JsonObject = json.loads(done.stdout.splitlines()[-1])
        return rows

    def start(self) -> None:
        """Start all processes and wait until they answer."""
        for process in self.processes:
            process.start()
        wait_until_up(self.processes)

    def restart_valkey(self) -> None:
        """Kill Valkey with all it remembers and start it on its port again."""
        self.valkey_life.close()
        self.valkey_life = ExitStack()
        self.valkey_life.enter_context(self.valkey.running())

    def logged_errors(self) -> list[str]:
        """Return the messages of level ERROR that the processes have logged."""
        lines = [line for process in self.processes for line in _lines(process.log)]
        return [line for line in lines if '"level":"ERROR"' in line or "Traceback" in line]


def environment_without_backends() -> dict[str, str]:
    """Return the environment without what leads to servers."""
    return {k: v for k, v in os.environ.items() if not k.startswith(BACKEND_VARIABLES)}


def wait_until_up(processes: Sequence[Process]) -> None:
    """Wait until processes answer; raises TimeoutError with the log of one that does not."""
    until = monotonic() + START_SECONDS
    for process in processes:
        while not process.is_up():
            if monotonic() > until:
                raise TimeoutError(process.log.read_text()[-2000:])
            sleep(0.1)


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.exists() else []
