"""Files that a form brings along: stored before the write's transaction, and removed if unused."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
    from contextlib import AbstractContextManager

    from resources.actors import Actor

UPLOAD_PIECE_BYTES = 192 * 1024
"""Bytes of a form that are read and stored at once, and beyond which a file waits on disk.

Each reading and writing lets other threads run, and the event loop may have to wait for those: few
large pieces disturb it least. Larger ones would be mapped anew each (`server.allocator`).
"""


class UploadInput(serializers.Field[Any, object, object, object]):
    """A field that takes an uploaded file, or what `store` has made of it before.

    `column` is the column that it is for, and `upload_names` are the names that files may be sent
    under. A form may have several parts of each if it `takes_several`, `most_files` in all.
    """

    takes_several = False
    most_files = 1

    def __init__(self, *, column: Any = None, **options: Any) -> None:
        self.column = column
        super().__init__(**options)

    @property
    def upload_names(self) -> Sequence[str]:
        """Return the names under which files may be sent."""
        return (str(self.field_name),)

    def store(self, upload: UploadedFile[bytes], *, by: Actor) -> object:
        """Check and store an upload outside of any transaction; return what stands for it.

        This is what the field is then sent in the upload's place: the stored row, or the
        ValidationError that validation is to raise beside those of other fields.
        """
        raise NotImplementedError

    def discard_unused(self, stored: Iterable[object]) -> None:
        """Remove those of the stored files that no row points at."""
        raise NotImplementedError


def too_many(most: int) -> serializers.ValidationError:
    """Return the error for more files than a list takes."""
    message = _("%(most)d files are the most here.") % {"most": most}
    return serializers.ValidationError(message, code="too_many")


def require_single(fields: Mapping[str, object], sent: object) -> None:
    """Raise DRF's ValidationError that names each field a form has too many parts for.

    A form may repeat a part of fields that say `takes_several`.
    """
    if not isinstance(sent, QueryDict):
        return
    repeated = [
        name
        for name, values in sent.lists()
        if len(values) > 1 and name in fields and not _takes_several(fields[name])
    ]
    if repeated:
        detail = serializers.ErrorDetail(_("Send this once."), code="too_many_values")
        raise serializers.ValidationError({name: [detail] for name in repeated})


def has_uploads(sent: object) -> TypeGuard[QueryDict]:
    """Return whether this is a form that brings files along."""
    return isinstance(sent, QueryDict) and any(
        isinstance(value, UploadedFile) for _name, values in sent.lists() for value in values
    )


def misplaced_uploads(sent: object, fields: Container[str]) -> Set[str]:
    """Return the names of fields that were sent a file and take none: one is still left there."""
    if not isinstance(sent, QueryDict):
        return frozenset()
    left = {name for name, values in sent.lists() for _upload in _uploads(values)}
    return {name for name in left if name in fields}


def uploads_stored(
    fields: Mapping[str, object], actor: Actor, sent: object
) -> AbstractContextManager[object]:
    """Yield what was sent with stored files in the place of uploads.

    Enter it before the transaction of the write and leave it after: files that nothing points at
    then, because the write was refused or done before, are removed again. Uploads that no field
    takes are left to validation to refuse. Of more than a field takes, none is stored. Raises as
    `require_single`.
    """
    require_single(fields, sent)
    return _files_stored(fields, actor, sent) if has_uploads(sent) else nullcontext(sent)


@contextmanager
def _files_stored(fields: Mapping[str, object], actor: Actor, sent: QueryDict) -> Iterator[object]:
    takers = _takers(fields)
    counts = Counter(
        takers[name]
        for name, values in sent.lists()
        if name in takers
        for _upload in _uploads(values)
    )
    stored: list[tuple[UploadInput, object]] = []
    try:
        form = QueryDict(mutable=True)
        for name, values in sent.lists():
            field = takers.get(name)
            is_crowded = field is not None and counts[field] > field.most_files
            store = _refused if is_crowded else partial(_stored, actor, stored)
            form.setlist(name, [_replaced(field, each, store) for each in values])
        yield form
    finally:
        for field, file in stored:
            field.discard_unused([file])


def _takes_several(field: object) -> bool:
    is_list = isinstance(field, serializers.ListField | serializers.MultipleChoiceField)
    return is_list or bool(getattr(field, "takes_several", False))


def _takers(fields: Mapping[str, object]) -> Mapping[str, UploadInput]:
    """Return the fields that take files, by each name that files may be sent under."""
    return {
        name: field
        for field in fields.values()
        if isinstance(field, UploadInput)
        for name in field.upload_names
    }


def _uploads(values: Iterable[object]) -> Iterator[UploadedFile[bytes]]:
    return (value for value in values if isinstance(value, UploadedFile))


def _replaced(
    field: UploadInput | None,
    value: object,
    store: Callable[[UploadInput, UploadedFile[bytes]], object],
) -> Any:
    """Return what stands in the form for one of its values."""
    if field is None or not isinstance(value, UploadedFile):
        return value
    return store(field, value)


def _stored(
    actor: Actor,
    stored: list[tuple[UploadInput, object]],
    field: UploadInput,
    upload: UploadedFile[bytes],
) -> object:
    if not upload.size:
        return serializers.ValidationError(_("This file is empty."), code="empty_file")
    file = field.store(upload, by=actor)
    stored.append((field, file))
    return file


def _refused(field: UploadInput, _upload: UploadedFile[bytes]) -> object:
    return too_many(field.most_files)
