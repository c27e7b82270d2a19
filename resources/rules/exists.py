"""EXISTS that is asked row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class RowExists(Exists):
    """Whether a row has what a subquery looks for, by its key: pages ask for few rows.

    PostgreSQL, which does not count on LIMIT here, would read all of the other table and hash it
    where the condition is one of several alternatives. `OFFSET 0` keeps it from that.
    """

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: object
    ) -> tuple[str, object]:
        """Write the subquery so that it can only be run as it stands."""
        return self.as_sql(
            compiler, connection, template="EXISTS(%(subquery)s OFFSET 0)", **context
        )
