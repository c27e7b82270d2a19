"""Comparisons that stand in WHERE by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import BooleanField, Func, Q
from django.db.models.lookups import Exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Lookup
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


class Condition(Func):
    """A function whose value is a truth.

    Django compares it with true on SQLite, and SQLite looks for `(likes < 9) = 1` in no index.
    """

    output_field = BooleanField()

    @override
    def get_lookup(self, lookup: str) -> type[Lookup] | None:
        """Return the condition itself for what filters by it."""
        return Holds if lookup == "exact" else super().get_lookup(lookup)


class Holds(Exact):
    """That a condition is true."""

    @override
    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        sql, parameters = self.process_lhs(compiler, connection)
        return (sql if self.rhs else f"NOT {sql}"), parameters


class IsNull(Condition):
    """Whether a value is missing."""

    arity = 1
    template = "(%(expressions)s IS NULL)"


class IsNotFalse(Condition):
    """Whether a condition is true or unknown."""

    arity = 1
    template = "(%(expressions)s IS NOT FALSE)"


class IsEmpty(Condition):
    """Whether a text is empty."""

    arity = 1
    template = "(%(expressions)s = '')"


class Compared(Condition):
    """Two values with an operator of SQL between them."""

    arity = 2
    template = "(%(expressions)s)"

    def __init__(self, left: object, operator: str, right: object) -> None:
        super().__init__(left, right, arg_joiner=f" {operator} ")


class Same(Condition):
    """Whether two values are equal, or both missing."""

    arity = 2
    template = "(%(expressions)s)"
    arg_joiner = " IS "

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """PostgreSQL says it at length."""
        return self.as_sql(compiler, connection, arg_joiner=" IS NOT DISTINCT FROM ", **context)


class OneOf(Condition):
    """Whether a value is in a list, which is one parameter however long it is."""

    arity = 2
    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT value FROM JSON_EACH("

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Look it up in a JSON array."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)))", **context)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Look it up in an array."""
        return self.as_sql(compiler, connection, arg_joiner=" = ANY(", **context)


class ConstantCondition(Condition):
    """What is always so, or never."""

    arity = 0

    def __init__(self, *, is_true: bool) -> None:
        super().__init__(template="(1 = 1)" if is_true else "(1 = 0)")


class NegatedCondition(Condition):
    """Whether a condition is false or unknown: its exact opposite."""

    arity = 1
    template = "(%(expressions)s IS NOT TRUE)"

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *parts: object,
        **context: object,
    ) -> SQL:
        try:
            sql, params = compiler.compile(self.get_source_expressions()[0])
        except EmptyResultSet:
            raise FullResultSet from None
        except FullResultSet:
            raise EmptyResultSet from None
        return f"(({sql}) IS NOT TRUE)", params


def joined(connector: str, conditions: Iterable[Q]) -> Q:
    """Join conditions by `Q.AND` or `Q.OR`."""
    whole = Q()
    for condition in conditions:
        whole = Q(whole, condition, _connector=connector) if whole else condition
    return whole
