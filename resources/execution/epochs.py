"""Epochs: when each resource changed last, which tells whether a cached response is still valid.

The current epoch advances with every committed change. A response notes the epoch before its query
began, and stays valid while none of its sources has changed in a later one.

On SQLite the database file itself tells whether any process has committed something (`PRAGMA
data_version`), and the change log tells what. So nothing cached is ever stale. On PostgreSQL the
changes of this process count before they are answered, those of other processes when their
notification arrives; a lifetime of `NOTIFIED_LIFETIME` seconds bounds what a lost one can do.

The epochs also know a position of the change log up to which a read that begins now sees every
change. Answers carry it (`Change-Cursor`), so that a client can listen from there on.
"""

from __future__ import annotations

from math import inf
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from resources.changes import committed
from resources.dialects import dialect
from resources.execution.inline_sqlite import inline_database
from resources.query.sources import UNTRACKED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.models import Change
    from resources.types import Rows

UNTRACKED_ONLY = "alone"
"""The source that changes with every commit that leaves nothing in the change log."""
MOST_NEW_CHANGES = 500
"""Changes beyond which it is cheaper to invalidate everything than to look what has changed."""
POSITION_SECONDS = 1.0
"""How long a position is handed out: an earlier one than need be only makes clients hear more."""
NEW_CHANGES = f"""
SELECT id, resource FROM resources_change WHERE id >= ? ORDER BY id DESC LIMIT {MOST_NEW_CHANGES}
"""  # noqa: S608 - our own number


class Epochs:
    """The current epoch, and the epoch in which each source changed last; safe between threads."""

    def __init__(self) -> None:
        self.current = 0
        self.changed: dict[str, int] = {}
        self.everything = 0
        self.lock = Lock()
        self._position = 0
        self._position_until = 0.0

    def advance(self, sources: Iterable[str]) -> None:
        """Begin an epoch in which the sources have changed."""
        with self.lock:
            self.current += 1
            self.changed |= dict.fromkeys(sources, self.current)

    def invalidate(self, resources: Iterable[str]) -> None:
        """Note a commit that changed these resources, and perhaps tables outside the log."""
        self.advance((UNTRACKED, *(set(resources) or (UNTRACKED_ONLY,))))

    def invalidate_all(self) -> None:
        """Note that anything may have changed."""
        with self.lock:
            self.current += 1
            self.everything = self.current
        self._position_until = 0.0

    def note_position(self, position: int, seconds: float = POSITION_SECONDS) -> None:
        """Note that the log was read up to a position, which is handed out for so long."""
        self._position, self._position_until = position, monotonic() + seconds

    def position(self) -> int | None:
        """Return a position of the log; a read that begins now sees every change up to it.

        None when the log has to be read again.
        """
        return self._position if self._position_until > monotonic() else None

    def are_unchanged(self, sources: frozenset[str], since: int) -> bool:
        """Return whether none of the sources has changed after the epoch `since`."""
        return self.everything <= since and all(
            self.changed.get(source, 0) <= since for source in sources
        )


class CommitWatch:
    """Advances epochs by looking at a SQLite file, whoever writes it; one per event loop."""

    def __init__(self, epochs: Epochs) -> None:
        self.epochs = epochs
        self.version: Rows | None = None
        self.newest = 0

    def look(self) -> None:
        """Invalidate what was committed since the last look; raises MustRunInThread."""
        database = inline_database()
        version = database.rows("PRAGMA data_version", ())
        if version == self.version:
            return
        changes = database.rows(NEW_CHANGES, (self.newest,))
        if changes and changes[-1][0] == self.newest:
            self.epochs.invalidate({resource for _id, resource in changes[:-1]})
        else:
            # This is the first look, there is too much to look through, or the log was emptied.
            self.epochs.invalidate_all()
        self.version = version
        self.newest = changes[0][0] if changes else 0
        # It is looked at before every read.
        self.epochs.note_position(self.newest, inf)


epochs = Epochs()
"""The epochs of this process."""


def _invalidate_changed(change: Change, **_signal: object) -> None:
    if not dialect().runs_inline:
        epochs.invalidate((change.resource,))


committed.connect(_invalidate_changed)
