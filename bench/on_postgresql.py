"""HTTP on PostgreSQL: Holobase beside stock DRF over one database each."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import report, served
from bench.over_http import alternated, seeded, stock_rows
from bench.workloads import CREATE, HOLOBASE, STOCK, Row, Target, next_pages, workloads
from tests import servers

if TYPE_CHECKING:
    import argparse

READS_PROMISE, WRITES_PROMISE = 8, 4
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
CONDITIONS = """\
{cards:,} cards, one PostgreSQL for both on the same cores, which survives a crash (`fsync` on),
32 connections, {rounds} alternating rounds of {seconds:g} s. Columns as above; processor time
includes PostgreSQL's.
"""


def on_postgresql(options: argparse.Namespace) -> list[str]:
    """Measure Holobase and stock DRF on a real PostgreSQL; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch, ExitStack() as stack:
        server, url = stack.enter_context(servers.postgresql_cluster(**DURABLE))
        process, database = stack.enter_context(server.running()), {"DATABASE_URL": url}
        rows = seeded(Path(scratch), options.cards, database)
        started = {
            HOLOBASE: stack.enter_context(served.holobase(Path(scratch), database)),
            STOCK: stack.enter_context(served.stock(Path(scratch), database)),
        }
        running = {name: replace(one, database=process) for name, one in started.items()}
        known = {HOLOBASE: rows, STOCK: stock_rows(rows)}
        targets = {name: Target(one.address, known[name]) for name, one in running.items()}
        loads = [
            replace(load, row=_promising(load.row))
            for load in (*workloads(targets), next_pages(targets))
            if STOCK in load.asked
        ]
        results = alternated(loads, running, options)
    conditions = CONDITIONS.format(**vars(options))
    return [conditions, *report.rates(loads, results, (HOLOBASE, STOCK), STOCK)]


def _promising(row: Row) -> Row:
    """Return a row with what is promised beside stock DRF."""
    return row._replace(rate=WRITES_PROMISE if row.name == CREATE else READS_PROMISE, time=0)
