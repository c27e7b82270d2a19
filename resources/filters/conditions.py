"""Comparisons that stand in WHERE by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.db.models import BooleanField, Func
from django.db.models.lookups import Exact

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class Condition(Func):
    """A function whose value is a truth.

    Django compares it with true on SQLite, and SQLite looks for `(likes < 9) = 1` in no index.
    """

    output_field = BooleanField()

    @override
    def get_lookup(self, lookup: str) -> Any:
        """Give the condition itself for what filters by it."""
        return Holds if lookup == "exact" else super().get_lookup(lookup)


class Holds(Exact):
    """That a condition is true."""

    @override
    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        sql, parameters = self.process_lhs(compiler, connection)
        return (sql if self.rhs else f"NOT {sql}"), parameters
