"""Finding records by their terms, as expressions of queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, override

from django.db import connection
from django.db.models import BigIntegerField, Func, TextField, Value

from resources.dialects import dialect
from resources.models import SearchEntry
from resources.placeholders import UnboundParameter
from resources.search.expressions import MOST_TIERS, match_expression, tier_expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


RANKED: Mapping[str, str] = {
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
"""The ids and ranks of a resource's records that match several words, smaller ranks being better.

A word of the title weighs five times one of the body; what is only inside a word weighs a twentieth
of it.
"""
IN_TIERS = (
    "SELECT e.record_id, (CASE WHEN e.vector @@ %s::tsquery THEN 0"
    " WHEN e.vector @@ %s::tsquery THEN 1 WHEN e.vector @@ %s::tsquery THEN 2 ELSE 3 END"
    " * 1e12 - e.id)::float8"
    " FROM resources_searchentry e WHERE e.vector @@ %s::tsquery AND e.resource = "
)
"""The same for one word: by where it is found, then the newest first (PostgreSQL)."""
TIERS = [partial(tier_expression, number) for number in range(MOST_TIERS)]
ONE_TIER = (
    "SELECT e.record_id, {tier}e12 - found.entry FROM (SELECT rowid AS entry FROM resources_search"
    " WHERE resources_search MATCH %s ORDER BY rowid {newest} LIMIT -1 OFFSET 0) AS found"
    " CROSS JOIN resources_searchentry e WHERE e.id = found.entry AND e.resource = '{resource}'"
)
"""One tier of the same, in the order of the ranks without sorting any (SQLite)."""


def by_rank(resource: str, *, is_backward: bool) -> SQL:
    """Return the statement of `(record id, rank)` of all that match several words, best first.

    Ranking is BM25 on SQLite and `ts_rank` on PostgreSQL. The match is asked for once, as FTS5
    counts all matches anew for each query.
    """
    return _sorted(RANKED[connection.vendor], resource, [match_expression], is_backward)


def by_tier(resource: str, *, is_backward: bool) -> SQL:
    """Return the same for a question of one word, of which BM25 knows little but texts' lengths.

    It goes by where the word is found, then the newest first. FTS5 has the matches of a tier in
    that order, and SQLite runs the parts of a `UNION ALL` one after the other: who takes the first
    rows pays for no others.
    """
    if connection.vendor != "sqlite":
        return _sorted(IN_TIERS, resource, TIERS, is_backward)
    newest = "ASC" if is_backward else "DESC"
    numbers = sorted(range(len(TIERS)), reverse=is_backward)
    arms = [ONE_TIER.format(tier=number, newest=newest, resource=resource) for number in numbers]
    return " UNION ALL ".join(arms), [_asked(TIERS[number]) for number in numbers]


def _sorted(
    statement: str, resource: str, queries: Sequence[Callable[[str], str]], is_backward: bool
) -> SQL:
    """Sort matches; the limit, which is none, has both databases keep the order."""
    direction = "DESC" if is_backward else "ASC"
    order = f"ORDER BY 2 {direction}, 1 {direction} {dialect().no_limit} OFFSET 0"
    asked = [_asked(query) for query in queries]
    repeated = asked * (statement.count("%s") // len(asked))
    return f"{statement}'{resource}' {order}", repeated


def _asked(query: Callable[[str], str]) -> UnboundParameter:
    return UnboundParameter("search", TextField(), query)


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
