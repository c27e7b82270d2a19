"""Fill a database, measure every trick over it in a process of its own, and tell the gains."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import report, served
from bench.over_http import seeded

if TYPE_CHECKING:
    import argparse

    from resources.json_text import JsonObject

LEDGER = served.ROOT / "docs" / "speed-ledger.md"
CARDS = 4_000
ROUNDS = 60
SERVER = 36
"""Microseconds that the server software takes for a request, see docs/benchmarks.md."""
HEAD = ("trick", "file", "instead of", "request", "with, µs", "without, µs", "gain", "held by")


def tricks(_options: argparse.Namespace) -> list[str]:
    """Measure each trick on and off. Return the table's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch:
        data = Path(scratch, "data")
        data.mkdir()
        rows, results = Path(scratch, "rows.json"), Path(scratch, "results.json")
        rows.write_text(json.dumps(seeded(data, CARDS)))
        measuring = [sys.executable, "-m", "bench.tricks.measuring", str(rows), str(results)]
        # Log lines go into a pipe that somebody reads, as they do where servers run.
        process = subprocess.Popen(
            [*measuring, str(ROUNDS)],
            cwd=served.ROOT,
            env=served.environment(data, {"THROTTLE_AUTH": "1/d"}),
            stdout=subprocess.PIPE,
        )
        while process.stdout and process.stdout.read(1 << 16):
            pass
        if process.wait():
            raise SystemExit(process.returncode)
        return report.table(HEAD, [_row(one) for one in json.loads(results.read_text())])


def _row(one: JsonObject) -> list[str]:
    with_it, without = one["with"] * 1e6, one["without"] * 1e6
    gain = (without - with_it) / (without + SERVER)
    texts = [one["name"], *(f"`{name}`" if name else "" for name in [one["file"]]), one["plain"]]
    test = f"`{one['test']}`" if one["test"] else ""
    return [*texts, one["workload"], f"{with_it:.0f}", f"{without:.0f}", f"{gain:.0%}", test]
