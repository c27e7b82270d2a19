"""Finding records by their terms, as expressions of queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, override

from django.db import connection
from django.db.models import BigIntegerField, Func, TextField, Value

from resources import registry
from resources.dialects import dialect
from resources.models import SearchEntry
from resources.placeholders import UnboundParameter
from resources.search.expressions import match_everywhere, tier_expression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL

TIER_COUNTS = {True: 4, False: 2}
"""Tiers of a question (`resources.search.questions.tiers_of`) by whether it is of one word."""
MATCHES = "e.vector @@ (SELECT %s::tsquery)"
"""What an entry matches (PostgreSQL).

As a subquery it is read once a statement, not for each entry, and the statement costs the same
whatever is looked for: so it is planned once a connection, not for each question.
"""
IN_TIERS = (
    "SELECT e.record_id, ((CASE{tiers} END) * 1e12 - e.id)::float8"
    " FROM resources_searchentry e WHERE {matches} AND e.resource = '{resource}'"
)
"""The ids and ranks of a resource's records that match, smaller ranks being better (PostgreSQL).

A rank is where the words are found, then the newest first.
"""
BUT_THOSE = f" AND NOT {MATCHES}"
ONE_TIER = (
    "SELECT e.record_id, {tier}e12 - found.entry FROM (SELECT rowid AS entry FROM resources_search"
    " WHERE resources_search MATCH %s ORDER BY rowid {newest} LIMIT -1 OFFSET 0) AS found"
    " CROSS JOIN resources_searchentry e WHERE e.id = found.entry AND e.resource = '{resource}'"
)
"""One tier of the same, in the order of the ranks without sorting any (SQLite)."""


def best_first(resource: str, *, is_of_one_word: bool, is_backward: bool) -> SQL:
    """Return the statement of `(record id, rank)` of all that match, in the order of the ranks.

    FTS5 has the matches of a tier in that order, and SQLite runs the parts of a `UNION ALL` one
    after the other: who takes the first rows pays for no others. PostgreSQL sorts them all.
    """
    tiers = _tiers(resource, is_of_one_word)
    if connection.vendor != "sqlite":
        found, values = _ranked(resource, tiers, 0, len(tiers))
        return f"{found} {sorted_by_rank(is_backward=is_backward)}", values
    newest = "ASC" if is_backward else "DESC"
    numbers = sorted(range(len(tiers)), reverse=is_backward)
    arms = [ONE_TIER.format(tier=number, newest=newest, resource=resource) for number in numbers]
    return " UNION ALL ".join(arms), [tiers[number] for number in numbers]


def in_titles(resource: str, *, is_of_one_word: bool) -> SQL:
    """Return those of them that are found in titles, in no order (PostgreSQL)."""
    tiers = _tiers(resource, is_of_one_word)
    return _ranked(resource, tiers, 0, len(tiers) // 2)


def not_in_titles(resource: str, *, is_of_one_word: bool) -> SQL:
    """Return the rest of them, in no order (PostgreSQL)."""
    tiers = _tiers(resource, is_of_one_word)
    half = len(tiers) // 2
    found, values = _ranked(resource, tiers, half, len(tiers))
    return f"{found}{BUT_THOSE}", [*values, tiers[half - 1]]


def sorted_by_rank(*, is_backward: bool) -> str:
    """Return the order of a statement; the limit, which is none, has PostgreSQL keep it."""
    direction = "DESC" if is_backward else "ASC"
    return f"ORDER BY 2 {direction}, 1 {direction} {dialect().no_limit} OFFSET 0"


def _tiers(resource: str, is_of_one_word: bool) -> list[UnboundParameter]:
    return [
        UnboundParameter("search", TextField(), partial(tier_expression, resource, number))
        for number in range(TIER_COUNTS[is_of_one_word])
    ]


def _ranked(resource: str, tiers: Sequence[UnboundParameter], first: int, end: int) -> SQL:
    """Return what the last of some tiers finds, ranked by all of them (PostgreSQL)."""
    last = end - 1
    cases = "".join(f" WHEN {MATCHES} THEN {number}" for number in range(first, last))
    cases = f"{cases} ELSE {last}" if cases else f" WHEN TRUE THEN {last}"
    found = IN_TIERS.format(tiers=cases, matches=MATCHES, resource=resource)
    return found, tiers[first:end]


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
        else MATCHES.replace("%s", "{}")
    ).format(query)


def entries_matching(question: str) -> QuerySet[SearchEntry]:
    """Return the entries of all records, of whichever resource, that a question finds."""
    searched = [resource.name for resource in registry.all_resources() if resource.search]
    query = Value(match_everywhere(searched, question), output_field=TextField())
    return SearchEntry.objects.filter(pk__in=MatchingEntries(query))
