"""Which files no record points at, and since when.

For single files the SQL is written by hand: it asks every table that may point at one, which takes
Django longer to compose than the database to run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, ManyToOneRel, OuterRef
from django.utils import timezone

from files.models import File, Variant
from resources.api import row_sql, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    type Row = Sequence[bool]

STATE = "SELECT unused_since IS NULL, {unused} FROM files_file WHERE id = %s"
MARK = """
UPDATE files_file SET unused_since = %s WHERE id = %s AND unused_since IS NULL AND {unused}
"""
UNMARK = """
UPDATE files_file SET unused_since = NULL
WHERE id = %s AND unused_since IS NOT NULL AND NOT ({unused})
"""


def unused(files: QuerySet[File]) -> QuerySet[File]:
    """Return those of `files` that no row points at but their own variants."""
    for relation in _relations():
        pointing = relation.related_model._default_manager.filter(
            **{relation.field.name: OuterRef("pk")}
        )
        files = files.exclude(Exists(pointing))
    return files


def is_unused(file_id: UUID) -> bool:
    """Return whether a file is there and no row points at it but its variants."""
    return any(is_unused for _is_noted_used, is_unused in _state(file_id))


def note_use(files: QuerySet[File]) -> None:
    """Note since when no row points at those of `files` that none does; the others are in use."""
    unused(files.filter(unused_since=None)).update(unused_since=timezone.now())
    marked = files.exclude(unused_since=None)
    marked.exclude(pk__in=unused(marked).values("pk")).update(unused_since=None)


def note_use_of(file_ids: Iterable[UUID]) -> None:
    """Do as `note_use` for single files; nothing is written of those that are as noted."""
    for file_id in file_ids:
        for is_noted_used, has_no_use in _state(file_id):
            if is_noted_used and has_no_use:
                _write(MARK, connection.ops.adapt_datetimefield_value(timezone.now()), file_id)
            elif not (is_noted_used or has_no_use):
                _write(UNMARK, file_id)


def long_unused() -> list[UUID]:
    """Return the ids of files that no row has pointed at for `FILES_GRACE_HOURS`."""
    before = timezone.now() - timedelta(hours=settings.FILES_GRACE_HOURS)
    return list(File.objects.filter(unused_since__lt=before).values_list("pk", flat=True))


def _relations() -> Iterator[ManyToOneRel]:
    """Yield the relations by which rows point at files."""
    for relation in File._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model is not Variant:
            yield relation


def _state(file_id: UUID) -> Sequence[Row]:
    """Return whether a file is noted as used and whether it is unused; nothing once it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_composed(STATE), [row_sql.database_key(File, file_id)])
        found: Sequence[Row] = cursor.fetchall()
    return found


def _write(sql: str, *values: Any) -> None:
    """Change the note of a file, the last of the values, unless its use has changed meanwhile."""
    *others, file_id = values
    with together(), connection.cursor() as cursor:
        cursor.execute(_composed(sql), [*others, row_sql.database_key(File, file_id)])


def _composed(sql: str) -> str:
    """Return a statement with the condition that no row points at the file."""
    quoted = connection.ops.quote_name
    pointing = [
        (quoted(relation.related_model._meta.db_table), quoted(relation.field.column))
        for relation in _relations()
    ]
    conditions = [
        f"NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.{column} = files_file.id)"  # noqa: S608 - names of our own
        for table, column in pointing
    ]
    return sql.format(unused=" AND ".join(conditions))
