"""A thread's connection to the database, which outlives the work that used it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable


def with_connection[Result](work: Callable[[], Result]) -> Result:
    """Run work in a thread of a pool, and leave the thread's connection fit for the next."""
    try:
        return work()
    finally:
        connection.close_if_unusable_or_obsolete()
