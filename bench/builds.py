"""Two builds of Holobase side by side: what a change gains or costs at the endpoints."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import served
from bench.over_http import cost, say, seeded
from bench.workloads import BATCHED, HOLOBASE, LOGIN, SEARCHES, Target, holobase_workloads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from bench.load import Measured
    from bench.workloads import Asked

BEFORE, NOW = "before", "now"
UNMEASURED = {*SEARCHES, LOGIN, BATCHED}
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
            loads = holobase_workloads(Target(running[name].address, rows))
            asked[name] = {
                load.name: load.asked[HOLOBASE] for load in loads if load.row.name not in UNMEASURED
            }
        costs = _alternated(asked, running, options)
    conditions = CONDITIONS.format(
        cards=options.cards, rounds=options.rounds, seconds=options.seconds
    )
    return [conditions, *HEAD, *(_line(name, rounds) for name, rounds in costs.items())]


def _alternated(
    asked: Mapping[str, Mapping[str, Asked]],
    running: Mapping[str, served.Served],
    options: argparse.Namespace,
) -> dict[str, list[dict[str, Measured]]]:
    costs: dict[str, list[dict[str, Measured]]] = {name: [] for name in asked[NOW]}
    for number in range(options.rounds):
        for name, rounds in costs.items():
            # Who comes first takes turns, too.
            order = sorted(running, reverse=bool(number % 2))
            found = {
                build: cost(asked[build][name](number), running[build], options.seconds)
                for build in order
            }
            rounds.append(found)
            say(f"round {number + 1}, {name}: {found[BEFORE].rate:,.0f} {found[NOW].rate:,.0f}")
    return costs


def _line(name: str, rounds: list[dict[str, Measured]]) -> str:
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
