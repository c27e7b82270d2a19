"""`./holo faults move`: a site is moved while members write, killed half way, and moved on."""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
import psycopg

from chaos.faults.verdict import lost_writes
from chaos.moving.site import Site
from tests.servers import free_ports, postgresql

if TYPE_CHECKING:
    from collections.abc import Sequence

PAUSED = re.compile(r"nothing could be written for ([\d.]+) s")
PATIENCE_SECONDS = 1_800.0


@dataclass(frozen=True)
class Outcome:
    """How a move went: sizes in bytes, times in seconds."""

    cards: int
    copied_at_kill: int
    seconds: float
    paused: float
    memory: int
    writes: int
    meanwhile: httpx.Response
    problems: Sequence[str]

    def report(self) -> str:
        """Tell in a line."""
        return (
            f"{self.cards:,} cards: killed when {self.copied_at_kill:,} of them were there, then"
            f" moved in {self.seconds:.0f} s with {self.memory / 2**20:.0f} MiB at most."
            f" {self.writes:,} writes, none for {self.paused:.1f} s."
            f" {len(self.problems)} problems.\n"
            + "".join(f"  {problem}\n" for problem in self.problems)
        )


def main(arguments: Sequence[str]) -> int:
    """Move to PostgreSQL; return the exit status."""
    parser = argparse.ArgumentParser(prog="holo faults move", description=main.__doc__)
    parser.add_argument("--cards", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="holobase-move-") as folder,
        postgresql() as target,
    ):
        outcome = moved(Path(folder), target, options.cards)
    sys.stdout.write(outcome.report())
    return 1 if outcome.problems else 0


def moved(folder: Path, target: str, cards: int) -> Outcome:
    """Move a site from SQLite to an empty PostgreSQL database while members write."""
    with Site(folder, {}, cards) as site:
        copied = _killed_half_way(site, target, cards)
        moving = site.run("manage.py", "move", "--to", target)
        refused = _late_card(site)
        site.process.end(signal.SIGTERM)
        (port,) = free_ports(1)
        left = site.begin("manage.py", "serve", "--port", str(port))
        site.variables = {"DATABASE_URL": target}
        site.start()
        writing = site.stop_writing()
        lost = lost_writes(site.process.address, writing["shelves"])
        problems = [json.dumps(each) for each in lost] + writing["failures"]
        # Its worker goes on through the log: what it writes meanwhile would look like a mistake.
        site.process.end(signal.SIGTERM)
        problems += json.loads(site.run("-m", "chaos.moving.recount").text().splitlines()[-1])
        if not left.wait() or "was moved to" not in left.text():
            problems.append(f"the former database was served again: {left.text()}")
    paused = PAUSED.search(moving.text())
    return Outcome(
        cards,
        copied,
        moving.seconds,
        float(paused[1]) if paused else 0.0,
        moving.memory,
        writing["counts"]["writes"],
        refused,
        problems,
    )


def _killed_half_way(site: Site, target: str, cards: int) -> int:
    """Begin a move and kill it when cards are there; return how many were."""
    moving = site.begin("manage.py", "move", "--to", target)
    until = monotonic() + PATIENCE_SECONDS
    with psycopg.connect(target, autocommit=True) as database:
        while (copied := _count(database)) <= cards // 2:
            if monotonic() > until:
                raise TimeoutError(moving.text())
            sleep(0.02)
    moving.kill()
    return copied


def _count(database: psycopg.Connection[tuple[int]]) -> int:
    """Return how many cards there are, -1 before their table is."""
    try:
        found = database.execute("SELECT count(*) FROM cards_card").fetchone()
    except psycopg.errors.UndefinedTable:
        return -1
    return found[0] if found else -1


def _late_card(site: Site) -> httpx.Response:
    """Try to create a card at the former database."""
    token = site.people["members"][0]["token"]
    address = f"http://{site.process.address}/api/v1/cards"
    return httpx.post(
        address, json={"title": "Late"}, headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
