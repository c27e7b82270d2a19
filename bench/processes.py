"""One serving process against two: what a second one adds to the reads."""

from __future__ import annotations

import resource
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench import report, served
from bench.over_http import cost, say, seeded
from bench.workloads import HOLOBASE, Target, holobase_workloads

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from bench.load import Measured, Request

ONE, TWO = "one process", "two processes"
ARGUMENTS = {ONE: ("--processes", "1"), TWO: ("--processes", "2")}
PROMISE = 1.6
CONDITIONS = """\
{cards:,} cards, SQLite, 32 connections; {rounds} alternating rounds of {seconds:g} s. Rates, the
microseconds of processor time that a request costs the server, and the share of one core that the
load generator took meanwhile, which shares the cores with the server. The last columns are the
ratio of the rates, and that by the processor time available: how many times as much two processes
serve that have a core each, 2 * time a request with one / time a
request with two. Medians of the
rounds; each ratio with its smallest and largest.
"""
HEAD = ("", ONE, TWO, "generator", "rate, two / one", f"by processor time, promised {PROMISE}")


class Loaded(NamedTuple):
    """What was measured of one server, and the share of a core that the generator took."""

    measured: Measured
    generator: float


def processes(options: argparse.Namespace) -> list[str]:
    """Measure reads of one process and of two, alternating; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-processes-") as scratch, ExitStack() as stack:
        folders = {name: Path(scratch, name.split()[0]) for name in ARGUMENTS}
        folders[ONE].mkdir()
        rows = seeded(folders[ONE], options.cards)
        shutil.copytree(folders[ONE], folders[TWO])
        running = {
            name: stack.enter_context(served.holobase(folders[name], None, *arguments))
            for name, arguments in ARGUMENTS.items()
        }
        results = _alternated(running, rows, options)
    conditions = CONDITIONS.format(
        cards=options.cards, rounds=options.rounds, seconds=options.seconds
    )
    table = report.table(HEAD, [_row(*each) for each in results.items()])
    return [conditions, *table, "", _memory(results)]


def _alternated(
    running: Mapping[str, served.Served], rows: Mapping[str, object], options: argparse.Namespace
) -> dict[str, list[dict[str, Loaded]]]:
    loads = {
        name: [
            load for load in holobase_workloads(Target(one.address, dict(rows))) if load.row.cache
        ]
        for name, one in running.items()
    }
    results: dict[str, list[dict[str, Loaded]]] = {load.name: [] for load in loads[ONE]}
    for number in range(options.rounds):
        for one, two in zip(loads[ONE], loads[TWO], strict=True):
            seconds = max(options.seconds, one.least_seconds)
            asked = {ONE: one.asked[HOLOBASE](number), TWO: two.asked[HOLOBASE](number)}
            found = {name: _loaded(asked[name], running[name], seconds) for name in asked}
            results[one.name].append(found)
            say(f"round {number + 1}, {one.name}: {found}")
    return results


def _loaded(request: Request, server: served.Served, seconds: float) -> Loaded:
    before = _generators_seconds()
    measured = cost(request, server, seconds)
    return Loaded(measured, (_generators_seconds() - before) / seconds)


def _generators_seconds() -> float:
    """Return the processor time of the generators that have ended, which are our children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, rounds: Sequence[Mapping[str, Loaded]]) -> list[str]:
    pairs = [(one[ONE].measured, one[TWO].measured) for one in rounds]
    rates = [two.rate / one.rate for one, two in pairs]
    times = [2 * one.microseconds / two.microseconds for one, two in pairs]
    shares = [one[which].generator for one in rounds for which in (ONE, TWO)]
    return [
        name,
        *(_cell([pair[which] for pair in pairs]) for which in (0, 1)),
        f"{min(shares):.0%} to {max(shares):.0%}",
        report.spread(rates),
        f"{report.spread(times)}: {'met' if median(times) >= PROMISE else 'not met'}",
    ]


def _cell(measured: Sequence[Measured]) -> str:
    rate = median(one.rate for one in measured)
    return f"{rate:,.0f}/s {median(one.microseconds for one in measured):,.0f} µs"


def _memory(results: Mapping[str, Sequence[Mapping[str, Loaded]]]) -> str:
    loaded = [one for rounds in results.values() for one in rounds]
    most = {name: max(one[name].measured.memory for one in loaded) / 1e6 for name in ARGUMENTS}
    return (
        f"Most memory under this load: {most[ONE]:,.0f} MB with one process, {most[TWO]:,.0f} with "
        f"two: {most[TWO] - most[ONE]:,.0f} for the second (promised: 60)."
    )
