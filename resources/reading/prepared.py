"""Statements that PostgreSQL plans once per connection rather than with every request.

Django writes values into the SQL, which PostgreSQL then reads and plans anew each time: that takes
longer than running most of them. A compiled plan has one SQL for all values, so it is prepared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import NotSupportedError, ProgrammingError, connection

from resources.byte_cache import ByteCache

if TYPE_CHECKING:
    from collections.abc import Sequence

ODD_BYTES = 1024 * 1024
_odd: ByteCache[bool] = ByteCache(ODD_BYTES)
"""Statements that can't be prepared: most do not tell of what type their values are."""


def thread_rows(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """Run a statement with Django's placeholders on this thread's connection."""
    if _can_be_prepared(sql):
        try:
            return _rows(sql, values, is_prepared=True)
        except (ProgrammingError, NotSupportedError):
            # What is wrong, if anything, is found again below.
            _odd.put(sql, True, len(sql))
    return _rows(sql, values, is_prepared=False)


def _can_be_prepared(sql: str) -> bool:
    # What fails inside a transaction could not be tried in the other way.
    is_alone = connection.vendor == "postgresql" and not connection.in_atomic_block
    return is_alone and _odd.get(sql) is None


def _rows(sql: str, values: Sequence[Any], *, is_prepared: bool) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        if is_prepared:
            cursor.cursor = _preparing(cursor.cursor)
        cursor.execute(sql, values)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows


def _preparing(cursor: Any) -> Any:
    """Give a cursor of the driver's own, which leaves the values to the server."""
    return cast("Any", connection).Database.Cursor(cursor.connection)
