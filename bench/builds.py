"""Two builds of Holobase side by side: what a change gains or costs at the endpoints."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench import served
from bench.load import measure
from bench.over_http import say, seeded
from bench.workloads import BATCHED, LOGIN, SEARCH, Target, holobase_workloads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from bench.load import Request
    from bench.workloads import Asked

BEFORE, NOW = "before", "now"
UNMEASURED = {SEARCH, LOGIN, BATCHED}
CONDITIONS = """\
{cards:,} cards, SQLite, 32 connections; {rounds} alternating rounds of {seconds:g} s; `before` is
another checkout. Requests per second and processor time a request (all processes of the server),
medians of the rounds; each ratio is the median of the rounds' own, with its smallest and largest.
More requests and less time are better.
"""
HEAD = (
    "| | before, 1/s | now, 1/s | now / before | before, µs | now, µs | before / now |",
    "|---|--:|--:|--:|--:|--:|--:|",
)


class Cost(NamedTuple):
    """Requests a second, and the microseconds of processor time that each took."""

    rate: float
    microseconds: float


def builds(options: argparse.Namespace) -> list[str]:
    """Measure this build and that of `options.before`, alternating; returns the section's lines."""
    if options.before is None:
        raise SystemExit("Say with --before which other checkout to measure.")
    sources: dict[str, Path] = {BEFORE: options.before.resolve(), NOW: served.ROOT}
    with tempfile.TemporaryDirectory(prefix="holobase-builds-") as scratch, ExitStack() as stack:
        running, asked = {}, {}
        for name, source in sources.items():
            data = Path(scratch, name)
            data.mkdir()
            rows = seeded(data, options.cards, source=source)
            running[name] = stack.enter_context(served.holobase(data, source=source))
            asked[name] = holobase_workloads(Target(running[name].address, rows))
        costs = _alternated(asked, running, options)
    conditions = CONDITIONS.format(
        cards=options.cards, rounds=options.rounds, seconds=options.seconds
    )
    return [conditions, *HEAD, *(_line(name, rounds) for name, rounds in costs.items())]


def _alternated(
    asked: Mapping[str, Mapping[str, Asked]],
    running: Mapping[str, served.Served],
    options: argparse.Namespace,
) -> dict[str, list[dict[str, Cost]]]:
    names = [name for name in asked[NOW] if name not in UNMEASURED]
    costs: dict[str, list[dict[str, Cost]]] = {name: [] for name in names}
    for number in range(options.rounds):
        for name in names:
            # Who comes first takes turns, too.
            order = sorted(running, reverse=bool(number % 2))
            found = {
                build: _cost(asked[build][name](number), running[build], options.seconds)
                for build in order
            }
            costs[name].append(found)
            say(f"round {number + 1}, {name}: {found[BEFORE].rate:,.0f} {found[NOW].rate:,.0f}")
    return costs


def _cost(request: Request, server: served.Served, seconds: float) -> Cost:
    began = server.processor_seconds()
    rate = measure(request, seconds).rate
    return Cost(rate, (server.processor_seconds() - began) / (rate * seconds) * 1e6)


def _line(name: str, rounds: list[dict[str, Cost]]) -> str:
    rates = [one[NOW].rate / one[BEFORE].rate for one in rounds]
    times = [one[BEFORE].microseconds / one[NOW].microseconds for one in rounds]
    cells = [
        f"{median(one[BEFORE].rate for one in rounds):,.0f}",
        f"{median(one[NOW].rate for one in rounds):,.0f}",
        _ratio(rates),
        f"{median(one[BEFORE].microseconds for one in rounds):,.0f}",
        f"{median(one[NOW].microseconds for one in rounds):,.0f}",
        _ratio(times),
    ]
    return f"| {name} | {' | '.join(cells)} |"


def _ratio(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
