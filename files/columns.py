"""Columns of records that hold files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.db import models

from files.policies import FilePolicy, attachment_policy, picture_policy
from resources.api import RelationListField

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.utils.functional import _StrPromise


class FileColumn(models.ForeignKey[Any, Any]):
    """A column that holds one file, and says by its policy which."""

    def __init__(self, *positional: Any, policy: FilePolicy | None = None, **options: Any) -> None:
        self._policy = policy
        super().__init__(*positional, **options)

    @property
    def policy(self) -> FilePolicy:
        """Return what the column takes: pictures, unless something else is declared."""
        return self._policy or picture_policy()

    @override
    def deconstruct(self) -> tuple[str, str, Sequence[object], dict[str, object]]:
        """Appear in migrations as what it is to the database."""
        name, _path, positional, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", positional, options


class AlbumColumn(RelationListField):
    """A column that holds several files in order, and says by its policy which."""

    @property
    def policy(self) -> FilePolicy:
        """Return what the column takes."""
        return picture_policy(self.most)


def picture(verbose_name: _StrPromise, *, editable: bool = True) -> FileColumn:
    """Return the column of a record's picture, which may be empty.

    A file that a record shows can't be deleted. Who may see the record may see the file.
    """
    return _file(verbose_name, editable=editable)


def attachment(verbose_name: _StrPromise, *, types: Iterable[str], most_bytes: int) -> FileColumn:
    """Return the column of a file that is no picture, which may be empty: a video, a PDF, ….

    `types` are of those in `files.content_types`. Otherwise it is as a picture's column.
    """
    return _file(verbose_name, policy=attachment_policy(types, most_bytes))


def _file(
    verbose_name: _StrPromise, *, policy: FilePolicy | None = None, editable: bool = True
) -> FileColumn:
    return FileColumn(
        "files.File",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=verbose_name,
        policy=policy,
        editable=editable,
    )


def album(verbose_name: _StrPromise, *, through: str, most: int) -> AlbumColumn:
    """Return the column of a record's pictures, of which it may have none.

    `through` names the model of its index, an `AlbumEntry` with a relation to the record. A file
    that a record shows can't be deleted. Who may see the record may see its files.
    """
    return AlbumColumn(through=through, most=most, verbose_name=verbose_name)
