"""The section on search: both databases, beside another build if one is given."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from bench.over_http import say
from bench.report import table
from bench.served import ROOT, environment
from tests import servers

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

MEASURING = Path(__file__).with_name("measuring.py")
START = (
    "import runpy, sys; from config import env; env.select_settings(); import django;"
    " django.setup(); del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
CONDITIONS = """\
{cards:,} cards, half of them Korean, 33 words each; in one process without HTTP or a cache, other
words each time, {rounds} alternating rounds of 20 questions. Milliseconds: median, 95th percentile.
`before` is another checkout (`--before`).
"""

type Times = dict[str, list[float]]


class Asked:
    """A process that is asked over its standard input."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.filled: dict[str, Any] = {}
        self.times: Times = {}

    def answer(self) -> Any:
        """Return the next line that it says."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self, number: int) -> None:
        """Have a round of questions asked, and keep their times."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        for kind, times in self.answer().items():
            self.times.setdefault(kind, []).extend(times)


def search(options: argparse.Namespace) -> list[str]:
    """Measure search on both databases; returns the section's lines."""
    sources = {"now": ROOT} | ({"before": options.before.resolve()} if options.before else {})
    with tempfile.TemporaryDirectory(prefix="holobase-bench-") as scratch, ExitStack() as stack:
        url = stack.enter_context(servers.postgresql())
        running: dict[str, Asked] = {}
        for name, source in sources.items():
            databases = {
                f"SQLite, {name}": {},
                f"PostgreSQL, {name}": {"DATABASE_URL": servers.new_database(url, name)},
            }
            for title, database in databases.items():
                variables = environment(Path(scratch, title), database)
                running[title] = stack.enter_context(_started(source, variables, options.cards))
                running[title].filled = running[title].answer()
                say(f"{title}: {running[title].filled}")
        for number in range(options.rounds):
            for one in running.values():
                one.ask(number)
    return [CONDITIONS.format(**vars(options)), *_tables(running)]


@contextmanager
def _started(source: Path, variables: Mapping[str, str], cards: int) -> Iterator[Asked]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", START, str(MEASURING), str(cards)],
        cwd=source,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Asked(process)
        finally:
            process.kill()


def _tables(running: Mapping[str, Asked]) -> list[str]:
    kinds = next(iter(running.values())).times
    rows = [[kind, *(_spread(one.times[kind]) for one in running.values())] for kind in kinds]
    filled = [one.filled for one in running.values()]
    rows.append(["index, MiB", *(f"{each['bytes'] / 2**20:,.0f}" for each in filled)])
    rows.append(["entering all, s", *(f"{each['seconds']:,.1f}" for each in filled)])
    for language in ("Latin", "Korean"):
        created = (f"{each['create'][language]:,.0f}" for each in filled)
        rows.append([f"a create, {language}, µs of processor time here", *created])
    return table(["", *running], rows)


def _spread(times: list[float]) -> str:
    return f"{median(times):.1f}, {quantiles(times, n=20)[-1]:.1f}"
