"""Read snapshots: several statements that see the database as of one point in time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

from resources.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Let every statement inside see what was committed when the block began, and nothing later.

    Does nothing inside a transaction, whose isolation level decides that.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(dialect().begin_snapshot)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
