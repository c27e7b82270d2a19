"""Finding records by their terms, as expressions of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db import connection
from django.db.models import BigIntegerField, Func, TextField, Value

from resources.dialects import dialect
from resources.models import SearchEntry
from resources.placeholders import UnboundParameter
from resources.search.expressions import match_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


BEST_FIRST: Mapping[str, str] = {
    "sqlite": (
        "SELECT e.record_id, found.rank FROM (SELECT rowid AS entry,"
        " bm25(resources_search, 5.0, 1.0, 0.25, 0.05) AS rank FROM resources_search"
        " WHERE resources_search MATCH %s) AS found CROSS JOIN resources_searchentry e"
        " WHERE e.id = found.entry AND e.resource = "
    ),
    "postgresql": (
        "SELECT e.record_id, -ts_rank('{0.01,0.05,0.2,1}', e.vector, %s::tsquery)::float8"
        " FROM resources_searchentry e WHERE e.vector @@ %s::tsquery AND e.resource = "
    ),
}
"""The ids and ranks of a resource's records that match, smaller ranks being better.

A word of the title weighs five times one of the body; what is only inside a word weighs a twentieth
of it.
"""


def best_first(resource: str, *, is_backward: bool) -> SQL:
    """Return the statement of `(record id, rank)` of all matches, the best first, ties by id.

    Ranking is BM25 on SQLite and `ts_rank` on PostgreSQL. The match is asked for once, as FTS5
    counts all matches anew for each query. The limit, which is none, has both databases keep the
    order, so that whoever joins the records in it can stop when a page is full.
    """
    direction = "DESC" if is_backward else "ASC"
    kind = connection.vendor
    order = f"ORDER BY 2 {direction}, 1 {direction} {dialect().no_limit} OFFSET 0"
    asked = UnboundParameter("search", TextField(), match_expression)
    statement = BEST_FIRST[kind]
    return f"{statement}'{resource}' {order}", (asked,) * statement.count("%s")


class MatchingIds(Func):
    """The ids of a resource's records that match, as a subquery: `id IN (...)`."""

    arity = 2

    def __init__(self, *sources: object) -> None:
        super().__init__(*sources, output_field=TextField())

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_template_parts: object,
        **extra_context: object,
    ) -> SQL:
        resource, query = map(compiler.compile, self.get_source_expressions())
        match = _match(connection, query[0])
        entries = "(SELECT e.record_id FROM resources_searchentry e WHERE"
        sql = " ".join((entries, match, "AND e.resource =", resource[0], ")"))
        return sql, [*query[1], *resource[1]]


class MatchingEntries(Func):
    """The ids of the entries that match, of whichever resource, as a subquery: `id IN (...)`."""

    arity = 1

    def __init__(self, *sources: object) -> None:
        super().__init__(*sources, output_field=BigIntegerField())

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_template_parts: object,
        **extra_context: object,
    ) -> SQL:
        (query,) = map(compiler.compile, self.get_source_expressions())
        match = _match(connection, query[0])
        return " ".join(("(SELECT e.id FROM resources_searchentry e WHERE", match, ")")), query[1]


def _match(connection: BaseDatabaseWrapper, query: str) -> str:
    """Return the condition on `resources_searchentry e` that an entry matches a query."""
    return (
        "e.id IN (SELECT rowid FROM resources_search WHERE resources_search MATCH {})"
        if connection.vendor == "sqlite"
        else "e.vector @@ {}::tsquery"
    ).format(query)


def entries_matching(question: str) -> QuerySet[SearchEntry]:
    """Return the entries of all records, of whichever resource, that a question finds."""
    query = Value(match_expression(question), output_field=TextField())
    return SearchEntry.objects.filter(pk__in=MatchingEntries(query))
