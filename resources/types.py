"""Types that Django leaves generic, named once for every room of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Field

    class Database(BaseDatabaseWrapper):
        """A connection of the project's own, be it to SQLite or to PostgreSQL.

        `rows` runs a statement with Django's placeholders and returns the rows that it answers;
        PostgreSQL alone has `rows_together`, which runs several in one round trip.
        `defer` lets one wait for those that follow, at most until the commit, or `send_deferred`,
        which raise its errors; its last argument, if any, is called with the rows. `gather` lets
        one wait for all like it until the end of the piece, as nothing in it reads what they write.
        There are no savepoints while `is_one_piece`.
        """

        is_one_piece: bool
        rows: Callable[[str, Values], Rows]
        rows_together: Callable[[Sequence[tuple[str, Values]]], Sequence[Rows]]
        defer: Callable[..., None]
        send_deferred: Callable[[], None]
        gather: Callable[..., None]
        send_gathered: Callable[[], None]


type ModelField = Field[Any, Any]
"""The field of a column, whatever Python type its values have."""

type SQL = tuple[str, Any]
"""The text of an expression, and the values of its placeholders in whatever sequence."""

type Values = Sequence[Any]
"""What the placeholders of a statement stand for, or the columns of a row, of whatever types."""

type Rows = Sequence[Values]
"""The rows that a statement answers."""
