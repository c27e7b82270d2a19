"""The turn to write: who has it writes to a SQLite file, the others wait in line.

SQLite lets one writer in at a time and makes the others poll with growing pauses. Within a process
a lock hands the turn over at once; between processes two file locks do, looked at every fraction
of a millisecond. Whoever wants the turn first becomes the next one, which everyone has to be
before: so a process that writes all the time can't keep another one out.
"""

from __future__ import annotations

import fcntl
import os
from threading import Lock
from time import monotonic, sleep

PAUSE = 0.0003
"""Seconds between two looks at a lock that another process has."""


class Turn:
    """The turn of this process's threads at one database; `path` is None for one in memory."""

    def __init__(self, path: str | None, patience: float) -> None:
        self.path = path
        self.patience = patience
        self.thread = Lock()
        self.files: tuple[int, int] | None = None
        os.register_at_fork(after_in_child=self._begin_anew)

    def take(self) -> None:
        """Wait for the turn.

        After `patience` seconds behind other processes it is taken for granted, and SQLite says
        what it thinks of that.
        """
        self.thread.acquire()
        if self.path is None:
            return
        until = monotonic() + self.patience
        turn, following = self._files(self.path)
        if _is_locked(following, until):
            _is_locked(turn, until)
            fcntl.flock(following, fcntl.LOCK_UN)

    def give_back(self) -> None:
        """Let the next one write."""
        if self.files:
            fcntl.flock(self.files[0], fcntl.LOCK_UN)
        self.thread.release()

    def _files(self, path: str) -> tuple[int, int]:
        if self.files is None:
            flags = os.O_RDWR | os.O_CREAT
            self.files = (
                os.open(f"{path}-turn", flags, 0o600),
                os.open(f"{path}-next", flags, 0o600),
            )
        return self.files

    def _begin_anew(self) -> None:
        """Share neither locks nor files with the process that this one was forked from."""
        self.thread = Lock()
        self.files = None


def _is_locked(file: int, until: float) -> bool:
    """Lock a file for this process; tells whether that came to pass in time."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > until:
                return False
            sleep(PAUSE)
        else:
            return True
