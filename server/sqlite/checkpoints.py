"""Checkpoints of SQLite's write-ahead log, made by a thread beside the connection that writes.

Of itself SQLite makes one within the commit that fills the log, and whoever waits for that commit
waits until thousands of pages are copied and the disk has them. A `PASSIVE` one goes on while
others read and write (https://sqlite.org/wal.html#checkpointing).
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import apsw
from django.db import connection as database

from resources.dialects import sqlite_driver
from server.sqlite.connection import write_lock_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.sqlite.write_lock import WriteLock

PAGES = 8_000
"""Pages in the log for which the thread makes a checkpoint."""
MORE_PAGES = 1_000
"""Pages that come after it before the thread tries again: a reader has kept the log as it is."""
MOST_PAGES = 20_000
"""Pages in the log for which the commit makes one after all, as the thread can't keep up."""


@contextmanager
def checkpoints_aside() -> Iterator[None]:
    """Make the checkpoints of this thread's connection in another thread meanwhile."""
    database.ensure_connection()
    path = str(database.settings_dict["NAME"])
    checkpointer = Checkpointer(path, write_lock_at(path))
    checkpointer.watch(database.connection)
    try:
        yield
    finally:
        checkpointer.stop()


class Checkpointer:
    """Keeps the log of a database file short, for one connection that writes to it.

    The log begins anew only once all of it is copied. So what is written during a checkpoint is
    copied under the write lock: little, for which writers wait as long as the disk takes.
    """

    def __init__(self, path: str, lock: WriteLock) -> None:
        self.path = path
        self.lock = lock
        self.pages = 0
        self.due_at = PAGES
        self.is_over = False
        self.due = Event()
        self.thread = Thread(target=self._run, name="checkpoints", daemon=True)

    def watch(self, connection: apsw.Connection) -> None:
        """Hear after each commit how long the log is, in place of SQLite, and start the thread."""
        connection.set_wal_hook(self._hear)
        self.thread.start()

    def stop(self) -> None:
        """Finish the checkpoint that is being made, if one is, and end the thread."""
        self.is_over = True
        self.due.set()
        self.thread.join()

    def _hear(self, connection: apsw.Connection, _schema: str, pages: int) -> int:
        if pages < self.pages:
            self.due_at = PAGES  # the log has begun anew
        self.pages = pages
        if pages >= MOST_PAGES:
            with suppress(apsw.Error):  # the thread is at it, or the disk is full: all is committed
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        elif pages >= self.due_at:
            self.due.set()
        return apsw.SQLITE_OK

    def _run(self) -> None:
        connection = sqlite_driver.connect(self.path)
        # Until it has looked at the file, a connection knows of no log.
        connection.execute("PRAGMA journal_mode")
        while not self.is_over:
            self.due.wait()
            self.due.clear()
            if not self.is_over:
                with suppress(apsw.Error):  # such as a full disk: commits tell of it
                    self._make_checkpoint(connection)
        connection.close()

    def _make_checkpoint(self, connection: apsw.Connection) -> None:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        self.lock.acquire()
        try:
            pages, _copied = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self.due_at = pages + MORE_PAGES
            self.due.clear()
        finally:
            self.lock.release()
