"""`./holo faults backup`: a backup while members write, restored on an empty site and compared."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, override

import httpx
from PIL import Image

from chaos.moving.site import Command, Site
from tests.migrated import fill_with_migrated_database
from tests.servers import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Outcome:
    """How it went: the two commands, how much was written meanwhile, and what is wrong."""

    backup: Command
    restore: Command
    writes: int
    files: int
    problems: Sequence[str]

    def report(self) -> str:
        """Tell in a line."""
        both = {"backed up": self.backup, "restored": self.restore}
        told = ", ".join(
            f"{what} in {each.seconds:.0f} s with {each.memory / 2**20:.0f} MiB"
            for what, each in both.items()
        )
        return (
            f"{self.backup.text().splitlines()[-1]}: {told}; {self.writes:,} writes meanwhile,"
            f" {self.files} files compared; {len(self.problems)} problems\n"
            + "".join(f"  {problem}\n" for problem in self.problems)
        )


def main(arguments: Sequence[str]) -> int:
    """Back up and restore on each database; return the exit status."""
    parser = argparse.ArgumentParser(prog="holo faults backup", description=main.__doc__)
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--to", nargs="+", default=["sqlite", "postgresql"])
    options = parser.parse_args(arguments)
    is_good = True
    for place in options.to:
        with tempfile.TemporaryDirectory(prefix="holobase-backup-") as folder, ExitStack() as stack:
            target = {}
            if place == "postgresql":
                target["DATABASE_URL"] = stack.enter_context(postgresql())
            outcome = backed_up(Path(folder), target, options.cards)
            sys.stdout.write(f"SQLite to {place}: {outcome.report()}")
            is_good = is_good and not outcome.problems
    return 0 if is_good else 1


def backed_up(folder: Path, target: Mapping[str, str], cards: int) -> Outcome:
    """Back up a site on SQLite while members write, and restore it where `target` leads."""
    with Site(folder / "site", {}, cards) as site:
        uploads = Uploads(site)
        uploads.start()
        uploads.has_begun.wait(60)
        made = site.run("manage.py", "backup")
        uploads.stop()
        writing = site.stop_writing()
        (archive,) = (site.folder / "backups").iterdir()
        empty = Site(folder / "empty", target, 0)
        empty.folder.mkdir()
        if not target:
            fill_with_migrated_database(empty.folder)
        restored = empty.run("manage.py", "restore", str(archive))
        problems = [*writing["failures"], *uploads.problems]
        problems += json.loads(_last(empty.run("-m", "chaos.moving.recount")))
        last, digest = json.loads(_last(empty.run("-m", "chaos.moving.prefix", "0")))
        _newest, expected = json.loads(_last(site.run("-m", "chaos.moving.prefix", str(last))))
        if digest != expected:
            problems.append("the log is not the beginning of the site's log")
        files = list(_files(empty.folder))
        problems += [f"{each}: other bytes" for each in files if not _is_same(site, empty, each)]
    return Outcome(made, restored, writing["counts"]["writes"], len(files), problems)


class Uploads(Thread):
    """Creates cards with pictures until it is told to stop."""

    def __init__(self, site: Site) -> None:
        super().__init__(name="uploads", daemon=True)
        self.url = f"http://{site.process.address}/api/v1/cards"
        self.headers = {"Authorization": f"Bearer {site.people['members'][0]['token']}"}
        self.has_begun = Event()
        self.is_over = Event()
        self.problems: list[str] = []

    @override
    def run(self) -> None:
        """Upload on."""
        number = 0
        while not self.is_over.wait(0.2):
            number += 1
            drawn = BytesIO()
            Image.new("RGB", (60, 84), (number % 256, 20, 160)).save(drawn, "PNG")
            form = {"title": f"Picture {number}", "status": "published"}
            sent = httpx.post(
                self.url,
                data=form,
                files={"front": ("front.png", drawn.getvalue(), "image/png")},
                headers=self.headers,
                timeout=60,
            )
            if sent.status_code not in (201, 503):
                self.problems.append(f"upload: {sent.status_code} {sent.text[:200]}")
            self.has_begun.set()

    def stop(self) -> None:
        """Upload no more."""
        self.is_over.set()
        self.join()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the stored files below a data folder."""
    for path in sorted((folder / "files").rglob("*")):
        if path.is_file():
            yield path.relative_to(folder)


def _is_same(site: Site, empty: Site, path: Path) -> bool:
    return (site.folder / path).read_bytes() == (empty.folder / path).read_bytes()


def _last(command: Command) -> str:
    return command.text().splitlines()[-1]
