"""Lists of files as clients send them: whole, or what is to be added and removed.

`images` is the list anew; `images+` is appended, `+images` prepended, and `images-` removed, as
PocketBase has it. They are applied to the row as it is locked for the write, so that of two clients
who append at once neither loses anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, override

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from resources.json_text import JsonError, read_json
from resources.writing.uploads import UploadInput, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django_stubs_ext import StrOrPromise

    from resources.actors import Actor


@dataclass(frozen=True, slots=True)
class ListEdit:
    """What was sent for a list, each part as it came; None where it was not sent."""

    whole: Sequence[object] | None = None
    appended: Sequence[object] | None = None
    prepended: Sequence[object] | None = None
    removed: Sequence[object] | None = None

    @property
    def count(self) -> int:
        """Return how many files were sent, or named, to be listed."""
        return sum(len(part or ()) for part in (self.whole, self.appended, self.prepended))


NAMES: Mapping[str, str] = {
    "whole": "{}",
    "appended": "{}+",
    "prepended": "+{}",
    "removed": "{}-",
}
"""How the parts of a `ListEdit` are called: a format of the field's name for each."""


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
class UploadListInput(UploadInput):
    """An ordered list of files, each once: uploads and ids in a form, ids in JSON.

    What is listed already may stay, whosever it is. Where a file comes twice, its first place
    counts. The value is the list of ids as the row is to have it.
    """

    default_error_messages: ClassVar[dict[str, StrOrPromise]] = {
        "not_an_id": _("This must be the id of a file that the list has."),
    }

    takes_several = True

    def __init__(self, *, child: UploadInput, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most_files = most
        parent: Any = self
        self.child, child.parent = child, parent

    @property
    @override
    def upload_names(self) -> Sequence[str]:
        return self.names[:3]

    @property
    def names(self) -> Sequence[str]:
        """Return all names under which something may be sent."""
        return [name.format(self.field_name) for name in NAMES.values()]

    @override
    def store(self, upload: UploadedFile[bytes], *, by: Actor) -> object:
        return self.child.store(upload, by=by)

    @override
    def discard_unused(self, stored: Iterable[object]) -> None:
        self.child.discard_unused(stored)

    @override
    def get_value(self, dictionary: Mapping[str, object]) -> object:
        """Return the `ListEdit` that was sent."""
        sent = {
            part: _values(dictionary, name)
            for part, name in zip(NAMES, self.names, strict=True)
            if name in dictionary
        }
        return ListEdit(**sent) if sent else serializers.empty

    @override
    def run_validation(self, data: object = serializers.empty) -> object:
        """Take null for an empty list."""
        return super().run_validation([] if data is None else data)

    @override
    def to_internal_value(self, data: object) -> list[str]:
        edit = data if isinstance(data, ListEdit) else ListEdit(whole=_as_list(data))
        if edit.count > self.most_files:
            raise too_many(self.most_files)
        row = self.context.get("row")
        present: list[str] = getattr(row, str(self.field_name)) if row is not None else []
        ids = [
            *self._ids(edit.prepended, present),
            *(present if edit.whole is None else self._ids(edit.whole, present)),
            *self._ids(edit.appended, present),
        ]
        removed = {self._removed(each) for each in edit.removed or ()}
        left = [each for each in dict.fromkeys(ids) if each not in removed]
        if len(left) > self.most_files:
            raise too_many(self.most_files)
        return left

    @override
    def to_representation(self, value: Sequence[str]) -> Sequence[str]:
        return value

    def _ids(self, sent: Sequence[object] | None, present: Sequence[str]) -> Sequence[str]:
        """Return the ids of what was sent; raises ValidationError naming each place."""
        found, errors = [], {}
        for place, each in enumerate(sent or ()):
            try:
                found.append(str(each if each in present else self.child.run_validation(each).pk))
            except serializers.ValidationError as error:
                errors[str(place)] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return found

    def _removed(self, sent: object) -> str:
        if not isinstance(sent, str):
            self.fail("not_an_id")
        return sent.lower()


def _values(dictionary: Mapping[str, object], name: str) -> Sequence[object]:
    """Return what was sent under a name: a list, one value of it, or the parts of a form."""
    if not isinstance(dictionary, QueryDict):
        return _as_list(dictionary[name])
    parts: list[Any] = dictionary.getlist(name)
    if len(parts) == 1 and isinstance(parts[0], str) and parts[0].lstrip().startswith("["):
        return _parsed(parts[0])
    return [part for part in parts if part]


def _as_list(value: object) -> Sequence[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _parsed(text: str) -> Sequence[object]:
    """Return a list that a form carries as JSON; what is none is one value, and refused as such."""
    try:
        return _as_list(read_json(text))
    except JsonError:
        return [text]
