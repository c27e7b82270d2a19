"""Indexes for columns that can be missing, in the one order that both databases sort by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, OrderBy
from django.db.models.indexes import IndexExpression

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class MissingLast(OrderBy):
    """A column downwards, what is missing last: as SQLite orders it by itself."""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, object]:
        """Leave out the words, which SQLite does not take in an index."""
        plain = OrderBy(self.expression, descending=self.descending)
        return plain.as_sql(compiler, connection)


# Where it may stand in an index is known of Django's own parts alone.
IndexExpression.register_wrappers(MissingLast, *IndexExpression.wrapper_classes)


def missing_last(column: str) -> MissingLast:
    """Return the part of an index that serves a descending sort by a nullable column."""
    return MissingLast(F(column), descending=True, nulls_last=True)
