"""Writes that are tried again, as two transactions waited for each other's rows.

PostgreSQL ends one of the two then, after a second. Those that are likely to meet lock their rows
in one order (`resources.writing.batch_locks`); what else a service writes is not known before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import OperationalError

from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLOCK = "40P01"
TRIES = 3


def again_after_deadlock[Result](work: Callable[[], Result]) -> Result:
    """Run all of a transaction; once more if a deadlock ended it, and at most `TRIES` times."""
    for _try in range(1, TRIES):
        try:
            return work()
        except (OperationalError, Problem) as error:
            if not is_deadlock(error):
                raise
    return work()


def is_deadlock(error: BaseException | None) -> bool:
    """Return whether an error is, or was caused by, PostgreSQL's error of a deadlock."""
    while error is not None and getattr(error, "sqlstate", None) != DEADLOCK:
        error = error.__cause__
    return error is not None
