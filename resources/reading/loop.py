"""Reads in the event loop: on SQLite most take less time than handing them to a thread would.

Django's connections refuse to work in a thread that runs an event loop, as a statement keeps every
other request waiting. There plans run on a connection of the loop's own, which only reads; a
statement that takes longer than `BUDGET` is interrupted and left to a thread.
"""

from __future__ import annotations

import atexit
import sqlite3
from asyncio import get_running_loop
from threading import local
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX
from django.utils.module_loading import import_string

from resources.byte_cache import ByteCache, kept
from resources.filters.functions import register_functions

if TYPE_CHECKING:
    from collections.abc import Sequence

BUDGET = 40
"""Turns that a statement may keep the event loop: about 2 ms."""
TURN = 5_000
"""Steps of SQLite's machine after which it asks whether the budget is spent.

Steps are the same however busy the computer is, unlike seconds.
"""
SLOW_FOR = 10.0
"""Seconds in which a statement that took too long is not tried again."""
SLOW_BYTES = 1024 * 1024
"""Memory for the statements that took too long."""
NATIVE_BYTES = 8 * 1024 * 1024
"""Memory for statements in SQLite's own spelling."""
FUNCTIONS = "django.db.backends.sqlite3._functions.register"
PREPARE = """
PRAGMA query_only = ON;
PRAGMA cache_size = -16384;
PRAGMA mmap_size = 268435456;
PRAGMA temp_store = MEMORY;
"""


class NotInLoopError(Exception):
    """This can't be done, or not quickly enough, in the event loop; a thread can."""


def is_in_loop() -> bool:
    """Tell whether this thread runs an event loop just now."""
    try:
        get_running_loop()
    except RuntimeError:
        return False
    return True


class LoopDatabase:
    """A connection that only reads, for the thread of one event loop."""

    def __init__(self, name: str) -> None:
        # Asking for it by its name makes a new one for each request of an event loop.
        self.django = connections[DEFAULT_DB_ALIAS]
        # Waiting for a lock is left to threads, too.
        self.connection = sqlite3.connect(
            name,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,  # but to close it
            cached_statements=512,
            detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        )
        atexit.register(self.connection.close)
        import_string(FUNCTIONS)(self.connection)
        register_functions(self.connection)
        self.connection.executescript(PREPARE)
        self.connection.set_progress_handler(self._is_over, TURN)
        self.turns = 0
        self.slow: ByteCache[float] = ByteCache(SLOW_BYTES)

    def rows(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Run a statement with SQLite's placeholders; raises NotInLoopError when it takes long."""
        if self.slow.used and (self.slow.get(sql) or 0.0) > monotonic():
            raise NotInLoopError
        self.turns = 0
        try:
            return self.connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            # What is wrong, if anything, is found again and told by the thread.
            if self.turns > BUDGET:
                self.slow.put(sql, monotonic() + SLOW_FOR, len(sql))
            raise NotInLoopError from error

    def _is_over(self) -> bool:
        self.turns += 1
        return self.turns > BUDGET


class _OfThread(local):
    """The database of each thread that has run a loop, by the file's name."""

    def __init__(self) -> None:
        self.databases: dict[str, LoopDatabase] = {}


_of_thread = _OfThread()


def loop_database() -> LoopDatabase:
    """Give this thread's database; raises NotInLoopError when the database is not SQLite."""
    name = str(connections.databases[DEFAULT_DB_ALIAS]["NAME"])
    database = _of_thread.databases.get(name)
    if database is None:
        if connection.vendor != "sqlite":
            raise NotInLoopError
        database = _of_thread.databases[name] = LoopDatabase(name)
    return database


@kept(NATIVE_BYTES, lambda sql: 2 * len(sql))
def native(sql: str) -> str:
    """Write a statement with SQLite's own placeholders."""
    return FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")
