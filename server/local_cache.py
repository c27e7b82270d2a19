"""The cache that the processes of one server share without Redis: a SQLite file of its own.

It counts limits and keeps one-time values, so it must be one for all processes. Nothing in it has
to survive: it is removed when the server starts (`LocalCache.forget`) and never synced to the disk.
"""

from __future__ import annotations

import os
import pickle
from itertools import count
from pathlib import Path
from threading import local
from time import time
from typing import TYPE_CHECKING, Any, override

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from resources.dialects.sqlite_driver import SqliteConnection, connect

if TYPE_CHECKING:
    from resources.types import Rows

PREPARE = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -1024;
CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value, ends_at REAL) WITHOUT ROWID;
"""
SET = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?)"
ADD = """
INSERT INTO entry VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
SET value = excluded.value, ends_at = excluded.ends_at WHERE entry.ends_at <= ? RETURNING 1
"""
INCREASE = "UPDATE entry SET value = value + ? WHERE key = ? AND ends_at > ? RETURNING value"
FIND = "SELECT value FROM entry WHERE key = ? AND ends_at > ?"
ANEW = "UPDATE entry SET ends_at = ? WHERE key = ? AND ends_at > ? RETURNING 1"
CROWDED = """
DELETE FROM entry WHERE ends_at <= ? OR key IN (
  SELECT key FROM entry ORDER BY ends_at LIMIT max(0, (SELECT count(*) FROM entry) - ?)
)
"""
WRITES_BETWEEN_CLEANINGS = 5_000
WAIT_SECONDS = 1.0
"""How long a process waits for another one's statement, which takes microseconds."""
FOREVER = float("inf")


class LocalCache(BaseCache):
    """Django's cache in a file, one connection for each thread of each process."""

    counts_quickly = True
    """Whether an event loop may wait for it (`resources.http.throttles`)."""

    def __init__(self, path: str, params: dict[str, object]) -> None:
        super().__init__(params)
        self.path = path
        self.writes = count(1)

    @override
    def get(self, key: object, default: object = None, version: int | None = None) -> Any:
        found = self._rows(FIND, self._name(key, version), time())
        return _loaded(found[0][0]) if found else default

    @override
    def set(
        self,
        key: object,
        value: object,
        timeout: object = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._rows(SET, self._name(key, version), _dumped(value), self._end(timeout))
        self._clean()

    @override
    def add(
        self,
        key: object,
        value: object,
        timeout: object = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        name, end = self._name(key, version), self._end(timeout)
        added = bool(self._rows(ADD, name, _dumped(value), end, time()))
        self._clean()
        return added

    @override
    def incr(self, key: object, delta: int = 1, version: int | None = None) -> int:
        found = self._rows(INCREASE, delta, self._name(key, version), time())
        if not found:
            raise ValueError(f"Key {key!r} not found")
        return int(found[0][0])

    @override
    def touch(
        self, key: object, timeout: object = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return bool(self._rows(ANEW, self._end(timeout), self._name(key, version), time()))

    @override
    def delete(self, key: object, version: int | None = None) -> bool:
        name = self._name(key, version)
        return bool(self._rows("DELETE FROM entry WHERE key = ? RETURNING 1", name))

    @override
    def has_key(self, key: object, version: int | None = None) -> bool:
        return bool(self._rows(FIND, self._name(key, version), time()))

    @override
    def clear(self) -> None:
        self._rows("DELETE FROM entry")

    def forget(self) -> None:
        """Remove the file of a former server, before anybody opens it."""
        for end in ("", "-wal", "-shm"):
            Path(self.path + end).unlink(missing_ok=True)

    def _name(self, key: object, version: int | None) -> str:
        return str(self.make_and_validate_key(key, version=version))

    def _end(self, timeout: Any) -> float:
        end = self.get_backend_timeout(timeout)
        return FOREVER if end is None else end

    def _rows(self, sql: str, *values: object) -> Rows:
        return _connection(self.path).rows(sql, values)

    def _clean(self) -> None:
        """Remove now and then what has run out, and what is too much."""
        if next(self.writes) % WRITES_BETWEEN_CLEANINGS == 0:
            self._rows(CROWDED, time(), self._max_entries)


class _CacheConnections(local):
    def __init__(self) -> None:
        self.connections: dict[tuple[int, str], SqliteConnection] = {}


_of_thread = _CacheConnections()


def _connection(path: str) -> SqliteConnection:
    """Return this thread's connection; one that came along by a fork is never used."""
    key = os.getpid(), path
    found = _of_thread.connections.get(key)
    if found is None:
        found = _of_thread.connections[key] = connect(path, WAIT_SECONDS)
        found.rows(PREPARE, ())
    return found


def _dumped(value: object) -> object:
    """Return numbers as they are, to be counted up, anything else pickled."""
    return value if type(value) is int else pickle.dumps(value)


def _loaded(value: Any) -> Any:
    return value if isinstance(value, int) else pickle.loads(value)  # noqa: S301 - our own
