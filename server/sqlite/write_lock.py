"""The write lock of a SQLite file: who holds it may write, the others wait.

SQLite lets one writer in at a time and makes the others poll with pauses that grow to a tenth of a
second. Within a process a lock is handed over at once; a process that waits for another tries a
file lock every fraction of a millisecond, so that it gets in between two transactions even of one
that writes all the time.
"""

from __future__ import annotations

import fcntl
import os
from threading import Lock
from time import monotonic, sleep

PAUSE = 0.0003
"""Seconds between two tries for the lock that another process holds."""


class WriteLock:
    """Lock between all threads and processes that write to one database file.

    `path` is None for a database in memory, which no other process writes to.
    """

    def __init__(self, path: str | None, patience: float) -> None:
        self.path = path
        self.patience = patience
        self.threads = Lock()
        self.file: int | None = None
        os.register_at_fork(after_in_child=self._begin_anew)

    def acquire(self) -> None:
        """Wait for the lock.

        Wait up to `patience` seconds for another process, then proceed without the lock; SQLite
        may then raise "database is locked".
        """
        self.threads.acquire()
        if self.path is None:
            return
        if self.file is None:
            self.file = os.open(f"{self.path}-write-lock", os.O_RDWR | os.O_CREAT, 0o600)
        until = monotonic() + self.patience
        while not _is_locked(self.file) and monotonic() < until:
            sleep(PAUSE)

    def release(self) -> None:
        """Let the next one write."""
        if self.file is not None:
            fcntl.flock(self.file, fcntl.LOCK_UN)
        self.threads.release()

    def _begin_anew(self) -> None:
        """Share neither lock nor file with the process that this one was forked from."""
        self.threads = Lock()
        self.file = None


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
