"""Which file has a key, and which files records show."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import ForeignKey

from files.columns import AlbumColumn
from files.models import File
from resources.api import Placeholder, registry, row_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from resources.api import Change


def file_of(key: str) -> File | None:
    """Return the file of a key, as its address names it; None if there is none."""
    found: list[File] = row_sql.found(_file_query(), key)
    return found[0] if found else None


@cache
def _file_query() -> row_sql.RowQuery:
    """Compile the query once: each picture that is not kept in memory asks."""
    key = Placeholder("key", File._meta.get_field("key"))
    return row_sql.compiled(File.objects.filter(key=key))


def files_shown_by(change: Change) -> list[UUID]:
    """Return the ids of the files that a record pointed at before a change."""
    resource = registry.named(change.resource) if change.before else None
    if resource is None:
        return []
    shown: set[str] = set()
    for name in _file_columns(resource.model):
        value = change.before.get(name)
        shown.update(value if isinstance(value, list) else [value] if value else [])
    return [UUID(key) for key in sorted(shown)]


@cache
def _file_columns(model: type[Model]) -> Sequence[str]:
    """Return the columns of a model that point at one file or list several."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, AlbumColumn)
        or (isinstance(field, ForeignKey) and field.related_model is File)
    ]
