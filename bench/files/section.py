"""The section on files: one table after the other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.files.cached import cached
from bench.files.thumbs import thumbs

if TYPE_CHECKING:
    import argparse


def files(options: argparse.Namespace) -> list[str]:
    """Measure all that is about files; returns the section's lines."""
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch:
        return [*thumbs(options, Path(scratch)), *cached(options, Path(scratch))]
