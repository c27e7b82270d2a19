"""One attack: the product of a checkout on a database, a member, and strangers."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from chaos.attack.member import live
from chaos.attack.phases import PHASES
from chaos.attack.report import IDLE, Phase
from chaos.attack.strangers import attack
from chaos.attack.target import target
from chaos.attack.wire import Address
from chaos.processes import processes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from chaos.attack.member import Times
    from chaos.attack.target import Target

ROOT = Path(__file__).resolve().parents[2]
STRANGER, MEMBER = "127.0.0.1", "127.0.0.2"
AUTHORS, SENDERS = 3, 3
"""Members who write at the member's address, and those that strangers send pictures as."""
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
QUIET = 0.2
"""Seconds of processor time in a second that a server uses which has nothing to do."""

SAMPLE_SECONDS = 0.25
MEGABYTE = 1_000_000
CORES = os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how hard strangers try what, over how many cards."""

    seconds: float = 30
    connections: int = 100
    pace: float = 5
    cards: int = 20_000
    longest_rest: float = 30
    phases: Sequence[str] = tuple(PHASES)


def attacked(source: Path, database: str, plan: Plan) -> list[Phase]:
    """Attack a checkout on `sqlite` or `postgresql`; returns all phases, idle first."""
    with tempfile.TemporaryDirectory(prefix="holobase-attack-") as folder:
        sys.stderr.write(f"filling {NAMES[database]}\n")
        with (
            target(
                source,
                Path(folder),
                on_postgresql=database == "postgresql",
                cards=plan.cards,
            ) as found,
            processes_of(*_works(found, plan)) as (member, strangers),
        ):
            # Until caches hold what the member alone makes them hold.
            _phase(IDLE, found, member, strangers, plan.seconds)
            rest = found.memory()
            phases = []
            for name in (IDLE, *(plan.phases)):
                sys.stderr.write(f"{NAMES[database]}: {name}\n")
                phases.append(_phase(name, found, member, strangers, plan.seconds, rest))
                _rest(found, plan.longest_rest)
            return phases


def _rest(found: Target, longest: float) -> None:
    """Wait until the server has done what it was still busy with, so long at most."""
    until = monotonic() + longest
    used, now = found.served.processor_seconds(), 0.0
    while monotonic() < until:
        sleep(1)
        now = found.served.processor_seconds()
        if now - used < QUIET:
            return
        used = now


def _phase(
    name: str,
    found: Target,
    member: Connection,
    strangers: Connection,
    seconds: float,
    rest: int = 0,
) -> Phase:
    """Let the member live while strangers try one thing; watch memory and processors."""
    if name != IDLE:
        strangers.send((name, seconds))
        strangers.recv()
    member.send(seconds)
    began, busy, most = monotonic(), found.served.processor_seconds(), found.memory()
    while not member.poll(SAMPLE_SECONDS):
        most = max(most, found.memory())
    times: Times = member.recv()
    busy, took = found.served.processor_seconds() - busy, monotonic() - began
    seen, own = strangers.recv() if name != IDLE else (Counter(), 0.0)
    machine = 100 / took / CORES
    return Phase(name, times, (most - rest) / MEGABYTE, seen, busy * machine, own * machine)


def _works(found: Target, plan: Plan) -> Iterator[tuple[Callable[..., None], *tuple[object, ...]]]:
    """Yield what the member does and what the strangers do, with the arguments."""
    url, tokens = found.served.address, found.known["tokens"]
    limits = {"connections": plan.connections, "pace": plan.pace}
    yield live, Address(url, MEMBER), tokens[:AUTHORS], found.known["cards"]
    yield attack, Address(url, STRANGER), tokens[AUTHORS : AUTHORS + SENDERS], limits
