"""What the files of a column may be, declared where the column is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from files.content_types import EXTENSIONS
from resources.api import registry

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURE_TYPES = frozenset(
    {"image/avif", "image/gif", "image/heic", "image/jpeg", "image/png", "image/webp"}
)


@dataclass(frozen=True, slots=True)
class FilePolicy:
    """What a column takes: the content types, the most bytes of one file and the most files.

    A type is found in the bytes; what a client says of it counts for nothing.
    """

    types: frozenset[str]
    most_bytes: int
    most_files: int = 1

    @property
    def is_of_pictures(self) -> bool:
        """Return whether the files are pictures, which are read and written anew."""
        return self.types <= PICTURE_TYPES


def picture_policy(most_files: int = 1) -> FilePolicy:
    """Return the policy of a column that takes pictures."""
    return FilePolicy(PICTURE_TYPES, settings.PICTURE_BYTES_LIMIT, most_files)


def attachment_policy(types: Iterable[str], most_bytes: int) -> FilePolicy:
    """Return the policy of a column that takes one file of these types.

    Raises ValueError for a type that no attachment has.
    """
    chosen = frozenset(types)
    unknown = chosen - EXTENSIONS.keys()
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    return FilePolicy(chosen, most_bytes)


def policy_of(name: str) -> FilePolicy:
    """Return the policy of a resource's column, as `cards.front`.

    Raises LookupError where clients know no such resource or field, or the field holds no files.
    """
    resource_name, _dot, column_name = name.partition(".")
    resource = registry.named(resource_name)
    if resource is not None and column_name in {*resource.fields, *resource.writable}:
        policy = getattr(resource.column(column_name), "policy", None)
        if isinstance(policy, FilePolicy):
            return policy
    raise LookupError(name)


def policies() -> list[FilePolicy]:
    """Return the policies of all columns that hold files."""
    columns = (
        field
        for resource in registry.all_resources()
        for field in resource.record_model._meta.concrete_fields
    )
    found = (getattr(column, "policy", None) for column in columns)
    return [policy for policy in found if isinstance(policy, FilePolicy)]
