"""Finding records by their terms, as expressions of queries."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, override

from django.db import connection
from django.db.models import BigIntegerField, Func, TextField, Value

from resources import registry
from resources.models import SearchEntry
from resources.placeholders import UnboundParameter
from resources.search.expressions import (
    better_expression,
    elsewhere_expression,
    match_everywhere,
    tier_expression,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
ONE_TIER = (
    "SELECT e.record_id, {tier}e12 - found.entry FROM (SELECT rowid AS entry FROM resources_search"
    " WHERE resources_search MATCH {query} ORDER BY rowid {newest} LIMIT -1 OFFSET 0) AS found"
    " CROSS JOIN resources_searchentry e WHERE e.id = found.entry AND e.resource = '{resource}'"
)
"""The ids and ranks of a resource's records in one tier, in the order of the ranks (SQLite).

A rank is where the words are found, then the newest first; smaller ranks are better.
"""
IF_ELSEWHERE = (
    "(CASE WHEN EXISTS (SELECT 1 FROM resources_search WHERE resources_search MATCH %s)"
    " THEN %s ELSE '\"\"' END)"
)
"""The second tier of several words, nothing where only titles have any of them.

FTS5 would walk through what titles have once more, to find all of it in the better tier.
"""
ALL_TIERS = (
    "SELECT found.record_id, tier.number * 1e12::float8 - found.id"
    " FROM (VALUES {tiers}) AS tier (number, query, better) CROSS JOIN LATERAL ({found}) AS found"
)
"""The same of all tiers, which LATERAL has PostgreSQL take one after the other."""
IN_TIER = (
    "(SELECT e.record_id, e.id FROM resources_searchentry e WHERE e.vector @@ tier.query"
    " AND (e.vector @@ tier.better) IS NOT TRUE AND {which}"
    " ORDER BY e.id {newest} LIMIT ALL OFFSET 0)"
)
NEWEST_ENTRIES = 4_000
ENTRY = "(SELECT {of}(n.id + 0) FROM resources_searchentry n WHERE n.resource = '{{resource}}')"
FIRST, LAST = ENTRY.format(of="MIN"), ENTRY.format(of="MAX")
"""The first and the last entry of a resource, which the index `search_by_age` has (PostgreSQL)."""
NEW = (
    f"e.resource = '{{resource}}' AND e.id + 0 > {LAST} - {NEWEST_ENTRIES}"
    " AND e.id + 0 < 9223372036854775807"
)
"""The newest entries of a resource, as conditions for that index.

The upper bound has PostgreSQL expect few of them.
"""
OLD = (
    f"(e.resource = '{{resource}}' AND e.id <= {LAST} - {NEWEST_ENTRIES}) IS TRUE"
    f" AND {FIRST} <= {LAST} - {NEWEST_ENTRIES}"
)
ANY_AGE = f"(e.resource = '{{resource}}') IS TRUE AND {LAST} IS NOT NULL"
"""All others, and all, as conditions for no index but that of the terms.

Where there are none, no term is looked up.
"""


def best_first(resource: str, *, is_of_one_word: bool, is_backward: bool) -> SQL:
    """Return the statement of `(record id, rank)` of all that match, in the order of the ranks.

    Either database looks through the tiers one after the other: who takes the first rows pays for
    few others. FTS5 has the matches of a tier in their order; PostgreSQL reads and sorts them all.
    """
    numbers = sorted(range(TIER_COUNTS[is_of_one_word]), reverse=is_backward)
    newest = "ASC" if is_backward else "DESC"
    if connection.vendor != "sqlite":
        # Several words are in few entries, for which it costs more to look twice.
        ages = (NEW, OLD) if is_of_one_word and not is_backward else (ANY_AGE,)
        return _in_tiers(resource, numbers, ages, newest)
    arms, queries = [], []
    for number in numbers:
        is_gated = number == 1 and not is_of_one_word
        query = IF_ELSEWHERE if is_gated else "%s"
        arms.append(ONE_TIER.format(tier=number, query=query, newest=newest, resource=resource))
        if is_gated:
            elsewhere = partial(elsewhere_expression, resource)
            queries.append(UnboundParameter("search", None, elsewhere))
        queries.append(_query(tier_expression, resource, number))
    return " UNION ALL ".join(arms), queries


def _in_tiers(resource: str, numbers: Sequence[int], ages: Sequence[str], newest: str) -> SQL:
    """Return the statement of what is in some tiers, of each those of one age after the other."""
    found = " UNION ALL ".join(
        IN_TIER.format(which=age.format(resource=resource), newest=newest) for age in ages
    )
    tiers, queries = [], []
    for number in numbers:
        queries.append(_query(tier_expression, resource, number))
        if number:
            queries.append(_query(better_expression, resource, number))
        tiers.append(f"({number}, %s::tsquery, {'%s' if number else 'NULL'}::tsquery)")
    return ALL_TIERS.format(tiers=", ".join(tiers), found=found), queries


def _query(of: Callable[[str, int, str], str], resource: str, number: int) -> UnboundParameter:
    return UnboundParameter("search", None, partial(of, resource, number))


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
        sql = " ".join((entries, match, "AND (e.resource =", resource[0], ") IS TRUE)"))
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
