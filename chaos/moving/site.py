"""A site of one process on a database, members who write, and commands beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Self

from chaos.faults.cluster import (
    ROOT,
    SETTINGS,
    Process,
    environment_without_backends,
    wait_until_up,
)
from chaos.faults.writers import write
from chaos.processes import processes_of
from tests.migrated import EMBEDDED, fill_with_migrated_database
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

    from resources.json_text import JsonObject

WRITERS = 2
PAUSE = 0.04
"""Seconds between two writes of a writer: at full speed they would leave commands no processor."""


@dataclass
class Command:
    """A command under way, or ended: what it took, with all that it had started.

    It holds its process: one that nobody holds is waited for by whatever is started next.
    """

    process: subprocess.Popen[bytes]
    said: Path
    begun: float = field(default_factory=monotonic)
    seconds: float = 0.0
    memory: int = 0

    def wait(self) -> int:
        """Wait for its end; return its status, negative for a signal. `memory` is in bytes."""
        _pid, status, used = os.wait4(self.process.pid, 0)
        self.seconds, self.memory = monotonic() - self.begun, used.ru_maxrss * 1024
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode

    def kill(self) -> None:
        """Kill it by -9, and what it has started with it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.wait()

    def text(self) -> str:
        """Return what it has said."""
        return self.said.read_text(errors="replace")


@dataclass
class Site:
    """A site over a folder; `variables` lead to its database, SQLite in the folder without any."""

    folder: Path
    variables: Mapping[str, str]
    cards: int
    seed: int = 7
    people: JsonObject = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)
    numbers: Iterator[int] = field(default_factory=count)
    writers: Connection = field(init=False)
    process: Process = field(init=False)

    def __enter__(self) -> Self:
        """Fill it, serve it, and have members write."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.variables:
            fill_with_migrated_database(self.folder)
        filled = self.run("-m", "chaos.moving.filling", str(self.cards))
        self.people = json.loads(filled.text().splitlines()[-1])
        (port,) = free_ports(1)
        self.process = Process("all", port, self.folder, self.environment())
        self.stack.callback(self.process.end, signal.SIGTERM)
        self.start()
        writing = (write, [self.process.address], self.people, self.seed, PAUSE)
        (self.writers,) = self.stack.enter_context(processes_of(writing))
        self.writers.send(WRITERS)
        return self

    def __exit__(self, *_failure: object) -> None:
        self.stack.close()

    def environment(self) -> dict[str, str]:
        """Return the environment of its processes."""
        own = {"HOLOBASE_DATA": str(self.folder), **EMBEDDED, **self.variables}
        return environment_without_backends() | SETTINGS | own

    def start(self) -> None:
        """Serve it, and wait until it answers."""
        self.process.environment = self.environment()
        self.process.start()
        wait_until_up([self.process])

    def begin(self, *command: str) -> Command:
        """Begin a command of Python."""
        number = next(self.numbers)
        said = self.folder / f"command-{number}.log"
        with said.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Command(process, said)

    def run(self, *command: str) -> Command:
        """Run a command of Python; raises RuntimeError with what it said if it fails."""
        begun = self.begin(*command)
        if begun.wait():
            raise RuntimeError(begun.text()[-4000:])
        return begun

    def stop_writing(self) -> JsonObject:
        """Let the members end; return what they did and know."""
        self.writers.send("stop")
        told: JsonObject = json.loads(self.writers.recv())
        return told
