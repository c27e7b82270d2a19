"""Server-side prepared statements: PostgreSQL parses and plans a statement once per connection.

Django writes values into the SQL text, which PostgreSQL then parses and plans anew each time; that
takes longer than running most statements. A compiled plan has one SQL text for all values, so it
can be prepared.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, ProgrammingError

from resources.byte_cache import ByteCache
from resources.connections import databases
from resources.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from resources.types import Rows, Values

KNOWN_BYTES = 4 * 1024 * 1024
_preparable: ByteCache[bool] = ByteCache(KNOWN_BYTES)
"""Statements, with the types of their values, by whether they can be prepared.

They can't where the type of a parameter is ambiguous.
"""


def fetch_rows(sql: str, values: Values) -> Rows:
    """Return the rows of a statement with Django's placeholders, on this thread's connection.

    On PostgreSQL it is prepared where that is possible.
    """
    database = databases[DEFAULT_DB_ALIAS]
    if not dialect().prepares_statements:
        return database.rows(sql, values)
    key = _key(sql, values)
    # Inside a transaction a failed attempt would leave no second one.
    is_preparable = _preparable.get(key)
    if is_preparable or (is_preparable is None and not database.in_atomic_block):
        try:
            rows = database.rows(sql, values)
        except (ProgrammingError, NotSupportedError):
            if database.in_atomic_block:
                raise
            # If the statement itself is wrong, it fails again below.
            _preparable.put(key, False, len(sql))
        else:
            if is_preparable is None:
                _preparable.put(key, True, len(sql))
            return rows
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        found: Rows = cursor.fetchall()
    return found


def fetch_rows_together(asked: Sequence[tuple[str, Values]]) -> Sequence[Rows]:
    """Return the rows of each of several statements, which PostgreSQL gets in one round trip."""
    if dialect().prepares_statements and all(_preparable.get(_key(*one)) for one in asked):
        return databases[DEFAULT_DB_ALIAS].rows_together(asked)
    return [fetch_rows(sql, values) for sql, values in asked]


def fetch_rows_later(sql: str, values: Values) -> Callable[[], Rows]:
    """Return what gives the rows of a statement once the transaction has ended.

    On PostgreSQL they are read within it, and come along with the answer to the commit.
    """
    database = databases[DEFAULT_DB_ALIAS]
    is_along = dialect().prepares_statements and database.in_atomic_block
    if not (is_along and _preparable.get(_key(sql, values))):
        return partial(fetch_rows, sql, values)
    found: list[Rows] = []
    database.defer(sql, values, found.append)

    def rows() -> Rows:
        database.send_deferred()
        return found[0]

    return rows


def _key(sql: str, values: Values) -> Hashable:
    return (sql, *map(type, values))
