"""SQLite statements run inline, in the event loop: most take less time than a thread switch.

Django's connections refuse to work in a thread that runs an event loop, because a statement keeps
every other request waiting. So each event loop has a connection of its own, which only reads. A
statement that takes longer than `MOST_CHECKS` allows is interrupted, and a thread runs it instead.
"""

from __future__ import annotations

import atexit
from threading import local
from time import monotonic
from typing import TYPE_CHECKING

import apsw
from django.db import DEFAULT_DB_ALIAS, connections

from resources.byte_cache import ByteCache
from resources.dialects import dialect, sqlite_driver
from resources.dialects.sqlite import register_functions
from resources.event_loop import MustRunInThread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.types import Rows

MOST_CHECKS = 40
"""Checks after which a statement is interrupted: about 2 ms."""
STEPS_PER_CHECK = 5_000
"""Instructions of SQLite's virtual machine between two checks.

They are the same however busy the computer is, unlike seconds.
"""
SLOW_FOR = 10.0
"""Seconds in which a statement that took too long is not tried again."""
SLOW_BYTES = 1024 * 1024
"""Memory for the statements that took too long."""
STATEMENTS = 512
"""Prepared statements that are kept."""
PREPARE = """
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;
PRAGMA mmap_size = 134217728;
PRAGMA temp_store = MEMORY;
"""
"""More of the file in memory than 128 MB gained at most 3 % of the SQL (`docs/benchmarks.md`)."""


class InlineDatabase:
    """A read-only SQLite connection for the thread of one event loop."""

    def __init__(self, name: str) -> None:
        # Asking for it by its name makes a new one for each request of an event loop.
        self.django = connections[DEFAULT_DB_ALIAS]
        # Waiting for a lock is left to threads, too.
        self.connection = sqlite_driver.SqliteConnection(
            name, STATEMENTS, sqlite_driver.OF_ONE_THREAD
        )
        atexit.register(self.connection.close)
        register_functions(self.connection)
        self.connection.rows(PREPARE, ())
        self.connection.set_progress_handler(self._is_over, STEPS_PER_CHECK)
        self.checks = 0
        self.slow: ByteCache[float] = ByteCache(SLOW_BYTES)

    def rows(self, sql: str, values: Sequence[object]) -> Rows:
        """Return the rows of a statement with `?` placeholders.

        Raises MustRunInThread when it fails or takes too long.
        """
        if self.slow.used and (self.slow.get(sql) or 0.0) > monotonic():
            raise MustRunInThread
        self.checks = 0
        try:
            return self.connection.rows(sql, values)
        except apsw.Error as error:
            # What is wrong, if anything, is found again and told by the thread.
            if self.checks > MOST_CHECKS:
                self.slow.put(sql, monotonic() + SLOW_FOR, len(sql))
            raise MustRunInThread from error

    def _is_over(self) -> bool:
        self.checks += 1
        return self.checks > MOST_CHECKS


class _OfThread(local):
    """The database of each thread that has run a loop, by the file's name."""

    def __init__(self) -> None:
        self.databases: dict[str, InlineDatabase] = {}


_of_thread = _OfThread()


def inline_database() -> InlineDatabase:
    """Return this thread's database; raises MustRunInThread when the database is not SQLite."""
    name = str(connections.databases[DEFAULT_DB_ALIAS]["NAME"])
    database = _of_thread.databases.get(name)
    if database is None:
        if not dialect().runs_inline:
            raise MustRunInThread
        database = _of_thread.databases[name] = InlineDatabase(name)
    return database
