"""The section on a large community: the feed and the search, beside a list of cards."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.measuring_process import median_and_p95, p95, started
from bench.over_http import say
from bench.report import table
from bench.served import ROOT, environment
from tests import servers

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from bench.measuring_process import MeasuringProcess

MEASURING = Path(__file__).with_name("measuring.py")
LIST = "cards, a list"
LIKES_OF_CARD = 10
BUFFERS = "512MB"
"""PostgreSQL's, as `deploy/compose.yaml` has them."""
PROMISE = 3
CONDITIONS = """\
{cards:,} cards, ten likes to each, a post to every ten, half of them Korean; a member who follows
a fiftieth of all and has read the 500 hottest items. PostgreSQL has the buffers of the compose file
({buffers}). In one process without HTTP or the response cache, pages of 30 with what they show
expanded, another page or other words each time, {rounds} rounds of 20, one of each in turn; tables
are vacuumed, and statements planned for good, as they are after the first minute.
Milliseconds: median, 95th percentile; then the ratio of the latter to that of the list of cards.
Promised: 3.
"""


def community(options: argparse.Namespace) -> list[str]:
    """Measure the feed and the search on both databases; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch, ExitStack() as stack:
        url = stack.enter_context(servers.postgresql(shared_buffers=BUFFERS))
        databases = {
            "SQLite": {},
            "PostgreSQL": {"DATABASE_URL": servers.new_database(url, "community")},
        }
        running: dict[str, MeasuringProcess] = {}
        for title, database in databases.items():
            variables = environment(Path(scratch, title), database)
            size = (options.cards, LIKES_OF_CARD * options.cards)
            process = started(ROOT, MEASURING, variables, *size)
            running[title] = stack.enter_context(process)
            running[title].filled = running[title].answer()
            say(f"{title}: {running[title].filled}")
        for number in range(options.rounds):
            for one in running.values():
                one.ask(number)
    return [CONDITIONS.format(**vars(options), buffers=BUFFERS), *_table(running)]


def _table(running: Mapping[str, MeasuringProcess]) -> list[str]:
    kinds = next(iter(running.values())).times
    head = ["", *(text for title in running for text in (title, "p95 / list's"))]
    rows = [
        [kind, *(cell for one in running.values() for cell in _cells(one.times, kind))]
        for kind in kinds
    ]
    return table(head, rows)


def _cells(times: Mapping[str, Sequence[float]], kind: str) -> list[str]:
    ratio = p95(times[kind]) / p95(times[LIST])
    half = median(times[kind]) / median(times[LIST])
    verdict = f": {'met' if ratio < PROMISE else 'not met'}" if kind != LIST else ""
    return [median_and_p95(times[kind]), f"{ratio:.1f} (medians {half:.1f}){verdict}"]
