"""Full-text search: SQLite's FTS5 or PostgreSQL's text search behind one pair of calls.

The write door keeps one `SearchEntry` per record. On SQLite the words live in the FTS5 table
`resources_search` under the entry's id; on PostgreSQL the entry has a generated `vector` column
with a GIN index (migration 0002 makes both).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING, Any, override

from django.db import connection
from django.db.models import FloatField, Func, TextField

from resources import registry
from resources.fields import RecordIdField
from resources.models import SearchEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model
    from django.db.models.sql.compiler import SQLCompiler

    from resources.models import Record

WORD = re.compile(r"\w+")
MOST_WORDS = 12
RECORD_ID = RecordIdField()
ENTER = (
    "INSERT INTO resources_searchentry (resource, record_id, title, body)"
    " VALUES (%s, %s, %s, %s) ON CONFLICT (record_id, resource)"
    " DO UPDATE SET title = excluded.title, body = excluded.body RETURNING id"
)
ENTER_WORDS = (
    "INSERT OR REPLACE INTO resources_search (rowid, title, body)"
    " SELECT id, title, body FROM resources_searchentry WHERE id = %s"
)


def index(row: Record, changed: Collection[str]) -> None:
    """Enter a row's searchable words again if one of the `changed` columns holds any."""
    resource = registry.resource_of(type(row))
    if not set(resource.search).isdisjoint(changed):
        index_many([row])


def index_many(rows: Iterable[Record]) -> None:
    """Enter the words of many rows of one model, new or changed."""
    batch = list(rows)
    resource = registry.resource_of(type(batch[0]))
    if not resource.search:
        return
    entries = []
    with connection.cursor() as cursor:
        for row in batch:
            title, body = _words(row, resource.search)
            key = RECORD_ID.get_db_prep_value(row.pk, connection)
            cursor.execute(ENTER, [resource.name, key, title, body])
            entries.append(cursor.fetchone()[0])
    _enter_words(entries)


@contextmanager
def gathered() -> Iterator[None]:
    """Make the words entered inside searchable at the end, all at once (SQLite).

    FTS5 writes out what it holds at every savepoint. What a savepoint takes back is not entered.
    """
    if _waiting.entries is not None:
        yield
        return
    entries: list[int] = []
    _waiting.entries = entries
    try:
        yield
    finally:
        _waiting.entries = None
    _enter_words(entries)


def forget(row: Record) -> None:
    """Take a deleted row's words out."""
    resource = registry.resource_of(type(row))
    if not resource.search:
        return
    entries = SearchEntry.objects.filter(resource=resource.name, record_id=row.pk)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for entry in entries:
                cursor.execute("DELETE FROM resources_search WHERE rowid = %s", [entry.pk])
    entries.delete()


def forget_for_good() -> None:
    """Take words out of the index that deleted entries have left in it.

    FTS5 marks them as deleted and drops them when it merges; PostgreSQL's vacuum sees to its own.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO resources_search (resources_search) VALUES ('optimize')")


def match_expression(text: str) -> str:
    """Turn what a person typed into the database's query: every word, the last one as a prefix.

    Words are letters, digits and underscores; whatever else was typed separates them.
    """
    words = WORD.findall(text)[:MOST_WORDS]
    if not words:
        return '""' if connection.vendor == "sqlite" else ""
    if connection.vendor == "sqlite":
        return " ".join(
            [f'"{word}"' for word in words[:-1]] + [f'"{word}"*' for word in words[-1:]]
        )
    return " & ".join(words[:-1] + [f"{word}:*" for word in words[-1:]])


class Matches(Func):
    """The rank of a record among those that match, smaller being better; null for no match.

    `Matches(resource, id, query)`: the name of the resource, the record's id, and what
    `match_expression` gave. Ranking is BM25 on SQLite and `ts_rank` on PostgreSQL, the title
    weighing five times the body.
    """

    arity = 3

    def __init__(self, *sources: object) -> None:
        super().__init__(*sources, output_field=FloatField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> tuple[str, Any]:
        """Rank by BM25, all matches at once: FTS5 counts them anew for each query."""
        return self._ranked(
            compiler,
            "(WITH ranked (id, rank) AS MATERIALIZED (SELECT rowid,"
            " bm25(resources_search, 5.0, 1.0) FROM resources_search"
            " WHERE resources_search MATCH {query})"
            " SELECT ranked.rank FROM resources_searchentry e CROSS JOIN ranked"
            " WHERE e.resource = {resource} AND e.record_id = {record} AND ranked.id = e.id)",
            ("query", "resource", "record"),
        )

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> tuple[str, Any]:
        """Rank by weighted text search."""
        return self._ranked(
            compiler,
            "(SELECT -ts_rank('{{0,0,0.2,1}}', e.vector, to_tsquery('simple', {query}))::float8"
            " FROM resources_searchentry e WHERE e.resource = {resource}"
            " AND e.record_id = {record} AND e.vector @@ to_tsquery('simple', {query_again}))",
            ("query", "resource", "record", "query_again"),
        )

    def _ranked(
        self, compiler: SQLCompiler, template: str, order: tuple[str, ...]
    ) -> tuple[str, Any]:
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
    ) -> tuple[str, Any]:
        resource, query = map(compiler.compile, self.get_source_expressions())
        match = (
            "e.id IN (SELECT rowid FROM resources_search WHERE resources_search MATCH {})"
            if connection.vendor == "sqlite"
            else "e.vector @@ to_tsquery('simple', {})"
        ).format(query[0])
        entries = "(SELECT e.record_id FROM resources_searchentry e WHERE"
        sql = " ".join((entries, match, "AND e.resource =", resource[0], ")"))
        return sql, [*query[1], *resource[1]]


def _words(row: Model, columns: Collection[str]) -> tuple[str, str]:
    texts = [_text(getattr(row, column)) for column in columns]
    return texts[0], "\n".join(texts[1:])


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


class _Waiting(local):
    """Entries of each thread whose words are not searchable yet; None when they are at once."""

    entries: list[int] | None = None


_waiting = _Waiting()


def _enter_words(entries: list[int]) -> None:
    """Make the words of entries searchable; PostgreSQL does by itself."""
    if connection.vendor != "sqlite":
        return
    if _waiting.entries is not None:
        _waiting.entries += entries
        return
    with connection.cursor() as cursor:
        cursor.executemany(ENTER_WORDS, [(entry,) for entry in entries])
