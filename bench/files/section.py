"""The section on files: one table after the other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.files.art import written
from bench.files.beside import beside_a_picture
from bench.files.cached import cached
from bench.files.grid import grid
from bench.files.thumbs import thumbs
from bench.over_http import say

if TYPE_CHECKING:
    import argparse


def files(options: argparse.Namespace) -> list[str]:
    """Measure all that is about pictures; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as name:
        scratch = Path(name)
        pictures = scratch / "pictures"
        pictures.mkdir()
        say(f"drawing {options.pictures} cards")
        list(written(pictures, options.pictures))
        return [
            *thumbs(pictures, scratch),
            *grid(pictures, scratch),
            "",
            *cached(options, scratch),
            "",
            *beside_a_picture(options, scratch),
        ]
