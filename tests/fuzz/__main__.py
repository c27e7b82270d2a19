"""`./holo fuzz`: odd input for every parser for minutes; nothing may be answered by 500.

On both databases the strategies of `tests/fuzz` run over the application, round by round with
other seeds, and schemathesis runs over a served process, as a member and as nobody.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Never

import httpx

from bench.served import environment, holobase
from tests import servers
from tests.fuzz.running import FACTOR_VARIABLE, STATUSES_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
BACKEND_VARIABLES = ("DATABASE_URL", "REDIS_URL", "S3_")
FACTOR = 3
"""How many times the examples of the suite a round has."""

SCHEMATHESIS_SHARE = 0.3
SCHEMA_SECONDS = 120
UNLIMITED = {"THROTTLE_READ": "off", "THROTTLE_REFRESH": "off", "THROTTLE_MAIL": "off"}
LAST_LINES = 60


@dataclass
class Outcome:
    """What a database's half came to: answers by status, and what failed."""

    name: str
    statuses: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def server_errors(self) -> int:
        """Return how many answers were 5xx, a documented 503 aside."""
        return sum(n for status, n in self.statuses.items() if "500" <= status != "503")

    def report(self) -> str:
        """Write one line, and the ends of what failed."""
        kinds = Counter[str]()
        for status, number in self.statuses.items():
            kinds["503" if status == "503" else f"{status[0]}xx"] += number
        told = ", ".join(f"{number:,} x {kind}" for kind, number in sorted(kinds.items()))
        head = f"{self.name}: {self.rounds} rounds, {kinds.total():,} answers: {told}\n"
        return head + "\n".join(self.failures)


def main() -> int:
    """Run the fuzz; returns the exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    options = _options()
    sys.stderr.write(f"seed {options.seed}\n")
    databases = options.database or NAMES
    outcomes = [
        _on(database, 60 * options.minutes / len(databases), options.seed) for database in databases
    ]
    sys.stdout.write("\n".join(outcome.report() for outcome in outcomes))
    errors = sum(outcome.server_errors for outcome in outcomes)
    sys.stdout.write(f"{errors} answers of 500\n")
    return 1 if errors or any(outcome.failures for outcome in outcomes) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="holo fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--database", action="append", choices=[*NAMES])
    return parser.parse_args()


def _on(database: str, seconds: float, seed: int) -> Outcome:
    outcome, began = Outcome(NAMES[database]), monotonic()
    with _backends(database) as backends:
        _schemathesis(outcome, backends, seconds * SCHEMATHESIS_SHARE, seed)
        while not outcome.rounds or monotonic() - began < seconds:
            _round(outcome, backends, seed + outcome.rounds)
            outcome.rounds += 1
    return outcome


@contextmanager
def _backends(database: str) -> Iterator[dict[str, str]]:
    """Yield the variables that lead to a database and what goes with it."""
    if database == "postgresql":
        with servers.everything() as variables:
            yield variables
    else:
        yield {}


def _without_backends() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(BACKEND_VARIABLES)}


def _round(outcome: Outcome, backends: dict[str, str], seed: int) -> None:
    """Run all strategies once, with other examples for each seed."""
    sys.stderr.write(f"{outcome.name}: strategies, seed {seed}\n")
    with tempfile.TemporaryDirectory(prefix="holobase-fuzz-") as folder:
        counts = Path(folder, "statuses")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}", *ROUND],
            cwd=ROOT,
            env=_without_backends()
            | backends
            | {FACTOR_VARIABLE: str(FACTOR), STATUSES_VARIABLE: str(counts)},
            capture_output=True,
            text=True,
            check=False,
        )
        if counts.exists():
            outcome.statuses += Counter(json.loads(counts.read_text()))
    if done.returncode:
        outcome.failures.append("\n".join(done.stdout.splitlines()[-LAST_LINES:]))


def _schemathesis(outcome: Outcome, backends: dict[str, str], seconds: float, seed: int) -> None:
    """Let schemathesis try a served process by its own document, as a member and as nobody."""
    with tempfile.TemporaryDirectory(prefix="holobase-fuzz-") as name:
        folder, extra = Path(name), {**dict.fromkeys(BACKENDS, ""), **backends, **UNLIMITED}
        seeded = subprocess.run(
            [sys.executable, "-m", "bench.seed", "50"],
            cwd=ROOT,
            env=environment(folder, extra),
            check=True,
            stdout=subprocess.PIPE,
        )
        token = json.loads(seeded.stdout.splitlines()[-1])["tokens"][0]
        with holobase(folder, extra) as served:
            # It is made once; schemathesis waits no longer for it than it does for an answer.
            httpx.get(f"{served.address}/api/schema", timeout=SCHEMA_SECONDS).raise_for_status()
            for headers in (["--header", f"Authorization: Bearer {token}"], []):
                sys.stderr.write(f"{outcome.name}: schemathesis\n")
                done = subprocess.run(
                    [*SCHEMATHESIS, *headers, f"--max-time={max(1, seconds / 2):.0f}",
                     f"--seed={seed}", f"{served.address}/api/schema"],
                    cwd=folder,
                    env={**os.environ, **HOOKS},
                    capture_output=True,
                    text=True,
                    check=False,
                )  # fmt: skip
                if done.returncode:
                    outcome.failures.append("\n".join(done.stdout.splitlines()[-LAST_LINES:]))
        outcome.statuses += _logged(folder / "server.log")


ROUND = ("tests/fuzz", "tests/contract/test_openapi.py")
BACKENDS = ("DATABASE_URL", "REDIS_URL", "S3_BUCKET")
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.fuzz.media_types", "PYTHONPATH": str(ROOT)}
SCHEMATHESIS = [
    str(Path(sysconfig.get_path("scripts"), "st")),
    "run",
    "--checks=not_a_server_error",
    "--continue-on-failure",
    "--phases=examples,coverage,fuzzing",
    "--suppress-health-check=all",
    "--warnings=off",
    "--no-color",
]


def _logged(log: Path) -> Counter[str]:
    """Count the answers of a server by status, from the whole lines that it has logged."""
    written = log.read_text().splitlines()
    # The last may have been cut off when the server ended.
    lines = (line for line in written if line.startswith("{") and line.endswith("}"))
    return Counter(str(told["status"]) for told in map(json.loads, lines) if "status" in told)


def _interrupt(*_: object) -> Never:
    """Let a request to end stop the servers too, as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
