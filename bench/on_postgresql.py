"""HTTP on PostgreSQL: Holobase beside stock DRF over one database each."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import report, served
from bench.over_http import alternated, seeded, stock_rows
from bench.workloads import CREATE, HOLOBASE, STOCK, Target, workloads
from tests import servers

if TYPE_CHECKING:
    import argparse

READS_PROMISE = 5
CONDITIONS = """\
{cards:,} cards, one PostgreSQL for both on the same cores, which need not survive a crash
(`fsync` off), 32 connections, {rounds} alternating rounds of {seconds:g} s. Columns as above.
"""


def on_postgresql(options: argparse.Namespace) -> list[str]:
    """Measure Holobase and stock DRF on a real PostgreSQL; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch, ExitStack() as stack:
        database = {"DATABASE_URL": stack.enter_context(servers.postgresql())}
        rows = seeded(Path(scratch), options.cards, database)
        running = {
            HOLOBASE: stack.enter_context(served.holobase(Path(scratch), database)),
            STOCK: stack.enter_context(served.stock(Path(scratch), database)),
        }
        known = {HOLOBASE: rows, STOCK: stock_rows(rows)}
        loads = [
            replace(load, promise=0 if load.name == CREATE else READS_PROMISE)
            for load in workloads({n: Target(one.address, known[n]) for n, one in running.items()})
            if STOCK in load.asked
        ]
        results = alternated(loads, running, options)
    conditions = CONDITIONS.format(**vars(options))
    return [conditions, *report.rates(loads, results, (HOLOBASE, STOCK), STOCK)]
