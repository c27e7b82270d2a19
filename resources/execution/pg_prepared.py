"""Server-side prepared statements: PostgreSQL parses and plans a statement once per connection.

Django writes values into the SQL text, which PostgreSQL then parses and plans anew each time; that
takes longer than running most statements. A compiled plan has one SQL text for all values, so it
can be prepared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import (
    DEFAULT_DB_ALIAS,
    NotSupportedError,
    ProgrammingError,
    connection,
)

from resources.byte_cache import ByteCache
from resources.connections import databases
from resources.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.types import Rows, Values

UNPREPARABLE_BYTES = 1024 * 1024
_unpreparable: ByteCache[bool] = ByteCache(UNPREPARABLE_BYTES)
"""Statements that can't be prepared, mostly because the type of a parameter is ambiguous."""


def fetch_rows(sql: str, values: Sequence[object]) -> Sequence[Sequence[object]]:
    """Return the rows of a statement with Django's placeholders, on this thread's connection.

    On PostgreSQL it is prepared where that is possible.
    """
    if _can_be_prepared(sql):
        try:
            return _prepared_rows(sql, values)
        except (ProgrammingError, NotSupportedError):
            # If the statement itself is wrong, it fails again below.
            _unpreparable.put(sql, True, len(sql))
    database = databases[DEFAULT_DB_ALIAS]
    return database.rows(sql, values)


def _can_be_prepared(sql: str) -> bool:
    # Inside a transaction a failed attempt would leave no second one.
    is_outside = dialect().prepares_statements and not connection.in_atomic_block
    return is_outside and _unpreparable.get(sql) is None


def _prepared_rows(sql: str, values: Values) -> Sequence[Sequence[object]]:
    with connection.cursor() as cursor:
        cursor.cursor = _server_side_binding(cursor.cursor)
        cursor.execute(sql, values)
        rows: Rows = cursor.fetchall()
    return rows


def _server_side_binding(cursor: Any) -> object:
    """Return a psycopg cursor, which leaves binding the values to the server."""
    return cast("Any", connection).Database.Cursor(cursor.connection)
