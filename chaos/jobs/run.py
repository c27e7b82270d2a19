"""The test of jobs: a trial on each database, and what has to come of it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from bench.served import ROOT
from chaos.databases import NAMES, running
from chaos.faults.cluster import SETTINGS, environment_without_backends
from tests.migrated import fill_with_migrated_database, migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.json_text import JsonObject


def main(arguments: Sequence[str]) -> int:
    """Kill workers in the middle of a job; return 1 unless each of its steps happened once."""
    options = _options(arguments)
    is_wrong = False
    for database in options.database or NAMES:
        with (
            tempfile.TemporaryDirectory(prefix="holobase-jobs-") as folder,
            running(database) as urls,
        ):
            if urls:
                migrate({**urls, "HOLOBASE_DATA": folder})
            began = monotonic()
            outcome = tried(Path(folder), urls, options.steps, options.kills, options.seed)
        sys.stdout.write(
            f"{NAMES[database]}: {outcome['state']}, {outcome['done']} of {options.steps} steps in"
            f" {monotonic() - began:.1f} s, {outcome['kills']} workers killed,"
            f" {outcome['missing']} steps missing, {outcome['repeated']} repeated\n"
        )
        is_wrong = is_wrong or outcome != expected(options.steps, options.kills)
    return int(is_wrong)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos.jobs", description=main.__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database", action="append", choices=[*NAMES])
    return parser.parse_args(arguments)


def expected(steps: int, kills: int) -> Mapping[str, object]:
    """Return what has to come of a trial."""
    return {"state": "done", "kills": kills, "done": steps, "missing": 0, "repeated": 0}


def tried(folder: Path, urls: Mapping[str, str], steps: int, kills: int, seed: int) -> JsonObject:
    """Run a trial in a data folder; an empty one gets a database."""
    own = {**urls, "HOLOBASE_DATA": str(folder)}
    variables = environment_without_backends() | SETTINGS | own
    if not urls:
        fill_with_migrated_database(folder)
    command = [sys.executable, "-m", "chaos.jobs.trial", str(steps), str(kills), str(seed)]
    done = subprocess.run(
        command, cwd=ROOT, env=variables, check=True, stdout=subprocess.PIPE, text=True
    )
    told: JsonObject = json.loads(done.stdout.splitlines()[-1])
    return told
