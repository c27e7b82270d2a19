"""Files that a form brings along: stored before the write's transaction, and removed if unused."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from resources.actors import Actor


class UploadInput(serializers.Field[Any, Any, Any, Any]):
    """A field that takes an uploaded file, or what `store` has made of it before."""

    takes_several = False
    """Whether a form may have several parts for it."""

    def store(self, upload: UploadedFile[bytes], *, by: Actor) -> Any:
        """Check and store an upload outside of any transaction; return what stands for it.

        This is what the field is then sent in the upload's place: the stored row, or the
        ValidationError that validation is to raise beside those of other fields.
        """
        raise NotImplementedError

    def discard_unused(self, stored: Iterable[object]) -> None:
        """Remove those of the stored files that no row points at."""
        raise NotImplementedError


def require_single(fields: Mapping[str, Any], sent: object) -> None:
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


def has_uploads(sent: object) -> bool:
    """Return whether a form brings files along."""
    return isinstance(sent, QueryDict) and any(
        isinstance(value, UploadedFile) for _name, values in sent.lists() for value in values
    )


@contextmanager
def uploads_stored(fields: Mapping[str, Any], actor: Actor, sent: Any) -> Iterator[Any]:
    """Yield what was sent with stored files in the place of uploads.

    Enter it before the transaction of the write and leave it after: files that nothing points at
    then, because the write was refused or done before, are removed again. Uploads that no field
    takes are left to validation to refuse. Raises as `require_single`.
    """
    require_single(fields, sent)
    if not has_uploads(sent):
        yield sent
        return
    stored: list[tuple[UploadInput, Any]] = []
    try:
        form = QueryDict(mutable=True)
        for name, values in sent.lists():
            field = fields.get(name)
            form.setlist(name, [_replaced(field, each, actor, stored) for each in values])
        yield form
    finally:
        for field, file in stored:
            field.discard_unused([file])


def _takes_several(field: object) -> bool:
    is_list = isinstance(field, serializers.ListField | serializers.MultipleChoiceField)
    return is_list or bool(getattr(field, "takes_several", False))


def _replaced(
    field: object, value: object, actor: Actor, stored: list[tuple[UploadInput, object]]
) -> Any:
    if not isinstance(field, UploadInput) or not isinstance(value, UploadedFile):
        return value
    file = field.store(value, by=actor)
    stored.append((field, file))
    return file
