"""Many connections held at once: how fast they come in, what each costs, and who hears a write."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from bench import report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from bench.served import Served

HEAD = (
    "",
    "held",
    "heard one write",
    "memory each, kB",
    "/ PocketBase's",
    "connects a second",
    "/ PocketBase's",
    "processor time each, µs",
    "/ PocketBase's",
)


class Held(NamedTuple):
    """How many connections were held and heard a write; bytes and seconds for each of them."""

    connections: int
    heard: int
    memory: float
    seconds: float
    busy: float


def hold[C](
    served: Served,
    connections: int,
    connecting: AbstractContextManager[C],
    tell: Callable[[C], int],
) -> Held:
    """Open connections to a fresh server; `tell` writes once and returns how many heard of it."""
    memory, busy, began = served.memory(), served.processor_seconds(), perf_counter()
    with connecting as channel:
        seconds = (perf_counter() - began) / connections
        busy = (served.processor_seconds() - busy) / connections
        memory = served.memory() - memory
        return Held(connections, tell(channel), memory / connections, seconds, busy)


def table(rounds: Sequence[Mapping[str, Held]], beside: str) -> list[str]:
    """Return the table of what was held, with ratios to the server `beside`, round by round."""
    return report.table(HEAD, [_row(name, rounds, beside) for name in rounds[0]])


def _row(name: str, rounds: Sequence[Mapping[str, Held]], beside: str) -> list[str]:
    mine, theirs = [one[name] for one in rounds], [one[beside] for one in rounds]
    pairs = list(zip(mine, theirs, strict=True))
    memory = [one.memory / other.memory for one, other in pairs]
    connects = [other.seconds / one.seconds for one, other in pairs]
    busy = [one.busy / other.busy for one, other in pairs]
    is_ours = name != beside
    return [
        name,
        f"{min(one.connections for one in mine):,}",
        f"{min(one.heard for one in mine):,}",
        f"{median(one.memory for one in mine) / 1e3:.0f}",
        report.promised(memory, 1.3, is_met=median(memory) <= 1.3) if is_ours else "",
        f"{1 / median(one.seconds for one in mine):,.0f}",
        report.promised(connects, 1, is_met=median(connects) >= 1) if is_ours else "",
        f"{median(one.busy for one in mine) * 1e6:,.0f}",
        report.spread(busy) if is_ours else "",
    ]
