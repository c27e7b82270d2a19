"""The section on search: both databases, beside another build if one is given."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measuring_process import median_and_p95, started
from bench.over_http import say
from bench.report import table
from bench.served import ROOT, environment
from tests import servers

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from bench.measuring_process import MeasuringProcess

MEASURING = Path(__file__).with_name("measuring.py")
CONDITIONS = """\
{cards:,} cards, half of them Korean, 33 words each; in one process without HTTP or a cache, other
words each time, {rounds} alternating rounds of 20 questions. Milliseconds: median, 95th percentile.
`before` is another checkout (`--before`).
"""


def search(options: argparse.Namespace) -> list[str]:
    """Measure search on both databases; returns the section's lines."""
    sources = {"now": ROOT} | ({"before": options.before.resolve()} if options.before else {})
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch, ExitStack() as stack:
        url = stack.enter_context(servers.postgresql())
        running: dict[str, MeasuringProcess] = {}
        for name, source in sources.items():
            databases = {
                f"SQLite, {name}": {},
                f"PostgreSQL, {name}": {"DATABASE_URL": servers.new_database(url, name)},
            }
            for title, database in databases.items():
                variables = environment(Path(scratch, title), database)
                running[title] = stack.enter_context(
                    started(source, MEASURING, variables, options.cards)
                )
                running[title].filled = running[title].answer()
                say(f"{title}: {running[title].filled}")
        for number in range(options.rounds):
            for one in running.values():
                one.ask(number)
    return [CONDITIONS.format(**vars(options)), *_tables(running)]


def _tables(running: Mapping[str, MeasuringProcess]) -> list[str]:
    kinds = next(iter(running.values())).times
    rows = [
        [kind, *(median_and_p95(one.times[kind]) for one in running.values())] for kind in kinds
    ]
    filled = [one.filled for one in running.values()]
    rows.append(["index, MiB", *(f"{each['bytes'] / 2**20:,.0f}" for each in filled)])
    rows.append(["entering all, s", *(f"{each['seconds']:,.1f}" for each in filled)])
    for language in ("Latin", "Korean"):
        created = (f"{each['create'][language]:,.0f}" for each in filled)
        rows.append([f"a create, {language}, µs of processor time here", *created])
    return table(["", *running], rows)
