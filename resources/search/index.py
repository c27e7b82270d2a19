"""The terms of each record, kept as it is written.

The write door keeps one `SearchEntry` per record. On SQLite the terms stand in the FTS5 table
`resources_search` under the entry's id; on PostgreSQL in the entry's column `vector`, which has a
GIN index. Both hold the terms as they are given: no parser or dictionary of theirs has a say
(migrations 0005, 0009 and 0010).
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import local
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from resources import registry
from resources.connections import databases
from resources.models import SearchEntry
from resources.search.partitions import OF_TITLE, partition_of
from resources.search.terms import terms_of
from resources.text import id_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper
    from django.db.models import Model, QuerySet

    from resources.models import Record
    from resources.search.terms import Terms

ENTER = {
    "sqlite": (
        "INSERT INTO resources_searchentry (resource, record_id, digest) VALUES (%s, %s, %s)"
        " ON CONFLICT (record_id, resource) DO UPDATE SET digest = excluded.digest RETURNING id"
    ),
    "postgresql": (
        "INSERT INTO resources_searchentry (resource, record_id, digest, vector)"
        " VALUES (%s, %s, %s, %s::tsvector) ON CONFLICT (record_id, resource)"
        " DO UPDATE SET digest = excluded.digest, vector = excluded.vector"
    ),
}
ENTER_TERMS = (
    "INSERT OR REPLACE INTO resources_search (rowid, title, body, title_parts, body_parts)"
    " VALUES (%s, %s, %s, %s, %s)"
)
"""One row at a time, as FTS5 writes out what it holds before each INSERT … SELECT."""
MERGE = "INSERT INTO resources_search (resources_search, rank) VALUES ('merge', 16)"
"""Merges segments of FTS5 until 16 pages are written, which takes about a millisecond."""
CHANGES_OF_NOTHING = 1
"""Rows that a merge changes that had nothing to do (sqlite.org/fts5.html#the_merge_command)."""
WEIGHTS = ("A", "B", "C", "D")
STARTS = ("=", ".", "-", "")
"""What terms of the four kinds begin with on PostgreSQL, behind the partition.

Its index knows no weights, and each kind is looked through by itself. Those of which a record has
most begin with nothing.
"""


class EnteredTerms(NamedTuple):
    """The terms of an entry: as texts, with a checksum that the entry keeps."""

    texts: tuple[str, str, str, str]
    digest: int


type Entries = dict[tuple[str, str], EnteredTerms]
"""The terms of records, by the resource's name and the record's id."""


def index(row: Record, changed: Collection[str]) -> None:
    """Enter a row's searchable terms again if one of the `changed` columns holds any."""
    resource = registry.resource_of(type(row))
    if not set(resource.search).isdisjoint(changed):
        index_many([row])


def index_many(rows: Iterable[Record]) -> None:
    """Enter the terms of many rows of one model, new or changed."""
    batch = list(rows)
    resource = registry.resource_of(type(batch[0]))
    if not resource.search:
        return
    enter = _enter_on_sqlite if connection.vendor == "sqlite" else _enter_on_postgresql
    enter(resource.name, [(row.pk, terms_of(*_texts(row, resource.search))) for row in batch])


@contextmanager
def gathered() -> Iterator[None]:
    """Enter what is written in one piece at its end, all at once (SQLite).

    FTS5 writes out what it holds at every savepoint. Outside of one piece a savepoint can take a
    part back, so that there everything is entered at once (`resources.connections.one_piece`).
    """
    if _waiting.entries is not None:
        yield
        return
    entries: Entries = {}
    _waiting.entries = entries
    try:
        yield
    finally:
        _waiting.entries = None
    if entries:
        _enter(entries)


def forget(row: Record) -> None:
    """Take a deleted row's terms out."""
    resource = registry.resource_of(type(row))
    if resource.search:
        if _waiting.entries:
            _waiting.entries.pop((resource.name, str(row.pk)), None)
        forget_entries(SearchEntry.objects.filter(resource=resource.name, record_id=row.pk))


def forget_entries(entries: QuerySet[SearchEntry]) -> None:
    """Take the terms of entries out, and the entries."""
    with transaction.atomic(savepoint=False):
        if connection.vendor == "sqlite":
            keys = list(entries.values_list("pk"))
            with connection.cursor() as cursor:
                cursor.executemany("DELETE FROM resources_search WHERE rowid = %s", keys)
        entries.delete()


def forget_for_good() -> None:
    """Take terms out of the index that deleted entries have left in it.

    FTS5 marks them as deleted and drops them when it merges; PostgreSQL's vacuum sees to its own.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO resources_search (resources_search) VALUES ('optimize')")


def merge() -> int:
    """Merge the segments of the index, as each search looks into all; return the steps it took.

    Of itself FTS5 merges eight alike when the eighth is written, so that there are some twenty.
    Each step is a transaction of its own, so that no writer waits for long. PostgreSQL's index has
    no segments.
    """
    steps = 0
    while connection.vendor == "sqlite" and _merged_some():
        steps += 1
    return steps


def _merged_some() -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        before = _changes(cursor)
        cursor.execute(MERGE)
        return _changes(cursor) - before > CHANGES_OF_NOTHING


def _changes(cursor: CursorWrapper) -> int:
    """Return how many rows this connection has changed so far."""
    cursor.execute("SELECT total_changes()")
    (count,) = cursor.fetchone()
    return int(count)


def entered(resource: str, terms: Terms) -> EnteredTerms:
    """Return terms as they are entered on SQLite, separated by spaces."""
    partition = partition_of(resource)
    of_title = f"{partition}{OF_TITLE}"
    starts = (of_title, partition, of_title, partition)
    title, body, title_parts, body_parts = (
        f"{start}{f' {start}'.join(those)}" if those else ""
        for start, those in zip(starts, terms, strict=True)
    )
    digest = crc32("\n".join((title, body, title_parts, body_parts)).encode())
    return EnteredTerms((title, body, title_parts, body_parts), digest)


def tsvector(resource: str, terms: Terms) -> str:
    """Write terms as PostgreSQL's `tsvector`: each with its places and their weights.

    For example `'5=fire':1A '5.dragon':4B,6B`. Nothing follows across the gap after each of the
    four.
    """
    partition = partition_of(resource)
    found: dict[str, dict[str, list[str]]] = {start: {} for start in STARTS}
    first = 1
    for weight, start, those in zip(WEIGHTS, STARTS, terms, strict=True):
        places = found[start]
        for place, term in enumerate(those, first):
            places.setdefault(term, []).append(f"{place}{weight}")
        first += len(those) + 1
    return " ".join(
        [
            f"'{partition}{start}{term}':{','.join(those)}"
            for start, places in found.items()
            for term, those in places.items()
        ]
    )


def _texts(row: Model, columns: Collection[str]) -> list[str]:
    values = [getattr(row, column) for column in columns]
    return [" ".join(map(str, each)) if isinstance(each, list) else str(each) for each in values]


class _Waiting(local):
    """What each thread has still to enter; None when everything is entered at once."""

    entries: Entries | None = None


_waiting = _Waiting()


def _enter_on_sqlite(resource: str, rows: Iterable[tuple[UUID, Terms]]) -> None:
    entries = {(resource, id_text(key)): entered(resource, terms) for key, terms in rows}
    database = databases[DEFAULT_DB_ALIAS]
    if _waiting.entries is not None and database.is_one_piece:
        _waiting.entries |= entries
    else:
        _enter(entries)


def _enter_on_postgresql(resource: str, rows: Iterable[tuple[UUID, Terms]]) -> None:
    entries = [
        (resource, key, entered(resource, terms).digest, tsvector(resource, terms))
        for key, terms in rows
    ]
    if len(entries) == 1:
        database = databases[DEFAULT_DB_ALIAS]
        database.defer(ENTER["postgresql"], entries[0])
        return
    with connection.cursor() as cursor:
        cursor.executemany(ENTER["postgresql"], entries)  # without waiting for each


def _enter(entries: Entries) -> None:
    """Make records searchable, by terms of theirs, on SQLite.

    In the order of their entries' ids, as FTS5 writes out what it holds before a smaller one.
    """
    database: Any = databases[DEFAULT_DB_ALIAS]
    rows = [(*key, new.digest) for key, new in entries.items()]
    ids = [entry for (entry,) in database.rows_of_all(ENTER["sqlite"], rows)]
    texts = [new.texts for new in entries.values()]
    found = sorted(zip(ids, texts, strict=True))
    database.rows_of_all(ENTER_TERMS, [(entry, *those) for entry, those in found])
