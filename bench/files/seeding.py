"""Fills data folders with cards that have fronts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from bench import served
from bench.over_http import say

if TYPE_CHECKING:
    from pathlib import Path

    from resources.json_text import JsonObject


def seeded(folder: Path, pictures: Path) -> JsonObject:
    """Fill a data folder with a card for each picture; tells what is there."""
    say("filling Holobase")
    done = subprocess.run(
        [sys.executable, "-m", "bench.files.seed", str(pictures)],
        cwd=served.ROOT,
        env=served.environment(folder),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    rows: JsonObject = json.loads(done.stdout.splitlines()[-1])
    return rows
