"""The report: tables, and the file whose sections each part of the benchmark replaces."""

from __future__ import annotations

import os
import platform
import re
from statistics import median
from typing import TYPE_CHECKING

from bench.served import ROOT
from bench.workloads import HOLOBASE, POCKETBASE
from config.python_build import build_traits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.load import Measured
    from bench.workloads import Row, Workload

REPORT = ROOT / "docs" / "benchmarks.md"


def replace_section(part: str, title: str, lines: Sequence[str], report: Path = REPORT) -> None:
    """Write a part's section of a report between its markers; the others stay."""
    start, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    made = f"Made by `./holo bench {part} --write` on {platform.machine()}, {os.cpu_count()} cores"
    shared = " shared with the load generator" if report == REPORT else ""
    traits = f" ({', '.join(build_traits())})" if build_traits() else ""
    made += f"{shared}, Python {platform.python_version()}{traits}."
    section = "\n".join([start, f"## {title}", "", made, "", *lines]).rstrip() + f"\n{end}"
    text = report.read_text()
    found = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if not found.search(text):
        text = f"{text.rstrip()}\n\n{start}{end}\n"
    report.write_text(found.sub(lambda _match: section, text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return [lines[0], "|---" * len(head) + "|", *lines[1:]]


def spread(ratios: Sequence[float]) -> str:
    """Write a median with the smallest and the largest."""
    return f"{median(ratios):.2g} ({min(ratios):.2g} to {max(ratios):.2g})"


def promised(ratios: Sequence[float], promise: float, *, is_met: bool) -> str:
    """Write the ratios of all rounds beside what is promised of them."""
    return f"{spread(ratios)}, promised {promise:g}: {'met' if is_met else 'not met'}"


def rates(
    loads: Sequence[Workload],
    results: Mapping[str, Sequence[Mapping[str, Measured]]],
    names: Sequence[str],
    beside: str = POCKETBASE,
) -> list[str]:
    """Return the table of what was measured; ratios and promises are to the server `beside`."""
    head = ["", *names, f"rate / {beside}'s", f"time / {beside}'s", "promised", "met"]
    rows = []
    for load in loads:
        rounds = results[load.name]
        cells = [_measured(rounds, name) for name in names]
        verdict = _verdict(load.row, rounds, beside) if beside in load.asked else [""] * 4
        rows.append([load.name, *cells, *verdict])
    return table(head, rows)


def _measured(rounds: Sequence[Mapping[str, Measured]], name: str) -> str:
    if name not in rounds[0]:
        return ""
    rate, p50, p99, time = (median(one[name][place] for one in rounds) for place in range(4))
    return f"{rate:,.0f}/s {time:,.0f} µs {p50:.1f}, {p99:.1f} ms"


def _verdict(row: Row, rounds: Sequence[Mapping[str, Measured]], beside: str) -> list[str]:
    pairs = [(one[HOLOBASE], one[beside]) for one in rounds]
    rates = [ours.rate / theirs.rate for ours, theirs in pairs]
    times = [ours.microseconds / theirs.microseconds for ours, theirs in pairs]
    ratios = [spread(rates), spread(times)]
    if not row.rate:
        return [*ratios, "", ""]
    missed = []
    if median(rates) < row.rate:
        missed.append("rate")
    if row.time and median(times) > row.time:
        missed.append("time")
    if median(ours.p99 / theirs.p99 for ours, theirs in pairs) > 1:
        missed.append("p99")
    promised = f"{row.rate:g}, {row.time:g}" if row.time else f"{row.rate:g}"
    return [*ratios, promised, f"no: {', '.join(missed)}" if missed else "yes"]


def memory_and_starts(
    memory: Mapping[str, int], starts: Mapping[str, Sequence[float]]
) -> list[str]:
    """Return the table of the most memory under that load, and of cold starts."""
    rows = [
        ["most memory under this load, MB", *(f"{most / 1e6:,.0f}" for most in memory.values())],
        ["start to first answer, s", *(spread(times) for times in starts.values())],
    ]
    return table(["", *memory], rows)
