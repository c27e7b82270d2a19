"""Measure every trick in this process: `python -m bench.tricks.measuring ROWS RESULTS ROUNDS`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from statistics import mean

import django
import uvloop
from django.utils.module_loading import import_string

from config import env


async def measured(rows: str, rounds: int, only: str) -> list[dict[str, object]]:
    """Return for each trick its texts and the seconds of a request with and without it.

    Short rounds alternate.
    """
    measurement = import_string("bench.tricks.in_process.Measurement")(json.loads(rows))
    await measurement.use_up()
    results = []
    for trick in import_string("bench.tricks.entries.TRICKS"):
        if not re.search(only, trick.name):
            continue
        with_it, without = [], []
        for number in range(rounds + 1):
            first = await measurement.round(trick.workload)
            with trick.swap():
                second = await measurement.round(trick.workload)
            if number:  # the first ones fill caches
                with_it.append(first)
                without.append(second)
        texts = {
            name: getattr(trick, name) for name in ("name", "file", "plain", "workload", "test")
        }
        results.append({**texts, "with": steady(with_it), "without": steady(without)})
        sys.stderr.write(f"{trick.name}: {steady(with_it) * 1e6:.1f} {steady(without) * 1e6:.1f}\n")
    return results


def steady(seconds: list[float]) -> float:
    """Return the mean of the least tenth: whatever else the machine does only adds to a round."""
    return mean(sorted(seconds)[: max(1, len(seconds) // 10)])


if __name__ == "__main__":
    env.select_settings()
    django.setup()
    import_string("bench.tricks.in_process.give_layers")()
    rows_file, results_file, count = sys.argv[1:4]
    done = uvloop.run(measured(Path(rows_file).read_text(), int(count), (*sys.argv, "")[4]))
    Path(results_file).write_text(json.dumps(done))
