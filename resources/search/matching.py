"""Finding records by their terms, as expressions of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db.models import BigIntegerField, FloatField, Func, TextField, Value

from resources.models import SearchEntry
from resources.search.expressions import match_expression

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


class Matches(Func):
    """The rank of a record among those that match, smaller being better; null for no match.

    `Matches(resource, id, query)`: the name of the resource, the record's id, and what
    `match_expression` gave. Ranking is BM25 on SQLite and `ts_rank` on PostgreSQL. A word of the
    title weighs five times one of the body; what is only inside a word weighs a twentieth of it.
    """

    arity = 3

    def __init__(self, *sources: object) -> None:
        super().__init__(*sources, output_field=FloatField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Rank by BM25, all matches at once: FTS5 counts them anew for each query."""
        return self._ranked(
            compiler,
            "(WITH ranked (id, rank) AS MATERIALIZED (SELECT rowid,"
            " bm25(resources_search, 5.0, 1.0, 0.25, 0.05) FROM resources_search"
            " WHERE resources_search MATCH {query})"
            " SELECT ranked.rank FROM resources_searchentry e CROSS JOIN ranked"
            " WHERE e.resource = {resource} AND e.record_id = {record} AND ranked.id = e.id)",
            ("query", "resource", "record"),
        )

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> tuple[str, object]:
        """Rank by weighted text search."""
        return self._ranked(
            compiler,
            "(SELECT -ts_rank('{{0.01,0.05,0.2,1}}', e.vector, {query}::tsquery)::float8"
            " FROM resources_searchentry e WHERE e.resource = {resource}"
            " AND e.record_id = {record} AND e.vector @@ {query_again}::tsquery)",
            ("query", "resource", "record", "query_again"),
        )

    def _ranked(
        self, compiler: SQLCompiler, template: str, order: tuple[str, ...]
    ) -> tuple[str, object]:
        resource, record, query = map(compiler.compile, self.get_source_expressions())
        parts = {"resource": resource, "record": record, "query": query, "query_again": query}
        sql = template.format(**{name: part[0] for name, part in parts.items()})
        return sql, [value for name in order for value in parts[name][1]]


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
