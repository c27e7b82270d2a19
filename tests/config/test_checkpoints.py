"""A thread copies SQLite's write-ahead log into the database, so that no commit has to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from resources.dialects import sqlite_driver
from server.sqlite import checkpoints
from server.sqlite.checkpoints import Checkpointer
from server.sqlite.write_lock import WriteLock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from resources.dialects.sqlite_driver import SqliteConnection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
PAGE = 4096
WRITES_UNTIL_IT_DIES = """
import sys
from itertools import count
from pathlib import Path
from server.sqlite import checkpoints
from tests.config.test_checkpoints import Pen, watched
checkpoints.PAGES = checkpoints.MORE_PAGES = 20
with watched(Path(sys.argv[1])) as (pen, _checkpointer):
    for _number in count():
        print(pen.write(), flush=True)
"""


class Pen:
    """Writes a page and a number in each transaction, as a connection with a lock does."""

    def __init__(self, connection: SqliteConnection, lock: WriteLock) -> None:
        self.connection = connection
        self.lock = lock
        self.numbers = count()

    def write(self) -> int:
        """Commit the next number, and return it."""
        number = next(self.numbers)
        self.lock.acquire()
        try:
            self.connection.execute("INSERT INTO note VALUES (?, ?)", (number, "x" * PAGE))
        finally:
            self.lock.release()
        return number


@contextmanager
def watched(folder: Path) -> Iterator[tuple[Pen, Checkpointer]]:
    """Open a new database whose log a thread keeps short."""
    path = str(folder / "db")
    lock = WriteLock(path, PATIENCE)
    checkpointer = Checkpointer(path, lock)
    with closing(sqlite_driver.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE note (number INTEGER PRIMARY KEY, text)")
        checkpointer.watch(connection)
        try:
            yield Pen(connection, lock), checkpointer
        finally:
            checkpointer.stop()


def numbers_in(folder: Path) -> list[int]:
    """Return what another connection reads, once SQLite has found the file in order."""
    with closing(sqlite_driver.connect(str(folder / "db"))) as connection:
        assert connection.rows("PRAGMA integrity_check", ()) == [("ok",)]
        return [number for (number,) in connection.rows("SELECT number FROM note", ())]


def test_the_log_begins_anew_though_no_commit_copies_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAGES", 50)
    monkeypatch.setattr(checkpoints, "MOST_PAGES", sys.maxsize)
    with watched(tmp_path) as (pen, checkpointer):
        until = monotonic() + PATIENCE
        longest = 0
        while checkpointer.pages >= longest:
            longest = checkpointer.pages
            assert monotonic() < until, "the thread never copied all of it"
            pen.write()
            sleep(0.002)
        assert longest >= 50


def test_the_log_stays_short_under_a_burst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "PAGES", 50)
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 200)
    with watched(tmp_path) as (pen, checkpointer):
        written = [pen.write() for _number in range(3_000)]
        assert checkpointer.pages < 3_000, "it has all 6,000 pages"
        size = (tmp_path / "db-wal").stat().st_size
    assert size < 3_000 * PAGE, "it never began anew"
    assert numbers_in(tmp_path) == written


def test_a_commit_copies_the_log_itself_when_the_thread_cannot_keep_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAGES", sys.maxsize)
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 100)
    with watched(tmp_path) as (pen, _checkpointer):
        written = [pen.write() for _number in range(500)]
        size = (tmp_path / "db-wal").stat().st_size
    assert size < 150 * PAGE
    assert numbers_in(tmp_path) == written


def test_a_reader_who_holds_the_log_costs_no_checkpoint_for_each_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PAGES", 50)
    monkeypatch.setattr(checkpoints, "MORE_PAGES", 50)
    made, make = [], vars(Checkpointer)["_make_checkpoint"]

    def make_and_count(self: Checkpointer, connection: SqliteConnection) -> None:
        make(self, connection)
        made.append(self.pages)

    monkeypatch.setattr(Checkpointer, "_make_checkpoint", make_and_count)
    with (
        watched(tmp_path) as (pen, checkpointer),
        closing(sqlite_driver.connect(str(tmp_path / "db"))) as reader,
    ):
        pen.write()
        reader.execute("BEGIN")
        assert reader.rows("SELECT number FROM note", ()) == [(0,)]
        written = [pen.write() for _number in range(300)]
        assert reader.rows("SELECT number FROM note", ()) == [(0,)]
        reader.rollback()
        assert len(reader.rows("SELECT number FROM note", ())) == len(written) + 1
        assert checkpointer.pages >= 300, "the log began anew under a reader's eyes"
    assert 1 <= len(made) < 30


def test_it_ends_in_whatever_it_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "PAGES", 2)
    with closing(sqlite_driver.connect(str(tmp_path / "db"))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE note (number INTEGER PRIMARY KEY, text)")
        for written in range(100):
            checkpointer = Checkpointer(
                str(tmp_path / "db"), WriteLock(str(tmp_path / "db"), PATIENCE)
            )
            checkpointer.watch(connection)
            connection.execute("INSERT INTO note VALUES (?, ?)", (written, "x" * PAGE))
            sleep(written / 50_000)
            checkpointer.stop()
    assert numbers_in(tmp_path) == list(range(100))


def test_a_process_that_is_killed_amid_checkpoints_has_lost_no_commit(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES_UNTIL_IT_DIES, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        told = [int(process.stdout.readline()) for _number in range(500)]
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout if line.endswith("\n")]
    found = numbers_in(tmp_path)
    assert told == list(range(len(told)))
    assert found[: len(told)] == told
