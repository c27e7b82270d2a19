"""A program that measures in a process of its own and answers by JSON, a line each."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from resources.json_text import JsonObject

START = (
    "import runpy, sys; from config import env; env.select_settings(); import django;"
    " django.setup(); del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)

type Times = dict[str, list[float]]


class MeasuringProcess:
    """A process that is asked over its standard input; what it says first is what it has filled."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.filled: JsonObject = {}
        self.times: Times = {}

    def answer(self) -> JsonObject:
        """Return the next line that it says."""
        assert self.process.stdout is not None
        answered: JsonObject = json.loads(self.process.stdout.readline())
        return answered

    def ask(self, number: int) -> None:
        """Have a round of questions asked, and keep their times."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        for kind, times in self.answer().items():
            self.times.setdefault(kind, []).extend(times)


@contextmanager
def started(
    source: Path, program: Path, variables: Mapping[str, str], *arguments: int
) -> Iterator[MeasuringProcess]:
    """Run a program on the code of a checkout, with `variables` as its whole environment."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", START, str(program), *map(str, arguments)],
        cwd=source,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield MeasuringProcess(process)
        finally:
            process.kill()


def p95(times: Sequence[float]) -> float:
    """Return what 95 of 100 times stay below."""
    return quantiles(times, n=20)[-1]


def median_and_p95(times: Sequence[float]) -> str:
    """Write milliseconds: the median, the 95th percentile."""
    return f"{median(times):.1f}, {p95(times):.1f}"
