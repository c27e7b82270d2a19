"""The report: tables, and the file whose sections each part of the benchmark replaces."""

from __future__ import annotations

import os
import platform
import re
from statistics import median
from typing import TYPE_CHECKING

from bench.served import ROOT
from bench.workloads import HOLOBASE, POCKETBASE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.load import Measured
    from bench.workloads import Workload

REPORT = ROOT / "docs" / "benchmarks.md"


def replace_section(part: str, title: str, lines: Sequence[str], report: Path = REPORT) -> None:
    """Write a part's section of a report between its markers; the others stay."""
    start, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    made = f"Made by `./holo bench {part} --write` on {platform.machine()}, {os.cpu_count()} cores"
    shared = " shared with the load generator" if report == REPORT else ""
    made += f"{shared}, Python {platform.python_version()}."
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


def rates(
    loads: Sequence[Workload],
    results: Mapping[str, Sequence[Mapping[str, Measured]]],
    names: Sequence[str],
    beside: str = POCKETBASE,
) -> list[str]:
    """Return the table of what was measured; ratios and promises are to the server `beside`."""
    head = ["", *names, f"ratio to {beside}", "promised", "met"]
    rows = []
    for load in loads:
        rounds = results[load.name]
        cells = [_measured(rounds, name) for name in names]
        verdict = _verdict(load, rounds, beside) if beside in load.asked else ["", "", ""]
        rows.append([load.name, *cells, *verdict])
    return table(head, rows)


def _measured(rounds: Sequence[Mapping[str, Measured]], name: str) -> str:
    if name not in rounds[0]:
        return ""
    rate, p50, p99 = (median(one[name][place] for one in rounds) for place in range(3))
    return f"{rate:,.0f}/s {p50:.1f}, {p99:.1f} ms"


def _verdict(load: Workload, rounds: Sequence[Mapping[str, Measured]], beside: str) -> list[str]:
    ratios = [one[HOLOBASE].rate / one[beside].rate for one in rounds]
    slower = [one[HOLOBASE].p99 / one[beside].p99 for one in rounds]
    if not load.promise:
        return [spread(ratios), "", ""]
    missed = []
    if median(ratios) < load.promise:
        missed.append("rate")
    if median(slower) > 1:
        missed.append("p99")
    return [spread(ratios), f"{load.promise:g}", f"no: {', '.join(missed)}" if missed else "yes"]


def memory_and_starts(
    memory: Mapping[str, int], starts: Mapping[str, Sequence[float]]
) -> list[str]:
    """Return the table of the most memory under that load, and of cold starts."""
    rows = [
        ["most memory under this load, MB", *(f"{most / 1e6:,.0f}" for most in memory.values())],
        ["start to first answer, s", *(spread(times) for times in starts.values())],
    ]
    return table(["", *memory], rows)
