"""JSON Merge Patch (RFC 7396) on records.

Columns are members of the record, so a patch of columns is what PATCH takes anyway: null empties a
column. What differs are documents: a patch is merged into the one that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.fields import DocumentField

if TYPE_CHECKING:
    from resources.declaration import Resource
    from resources.models import Record

MEDIA_TYPE = "application/merge-patch+json"


class MergePatch(dict[str, object]):
    """A patch as it was sent."""


def as_merge_patch(sent: object) -> object:
    """Mark a parsed body as a merge patch; what is no object stays, and is refused as such."""
    return MergePatch(sent) if isinstance(sent, dict) else sent


def merged_into(row: Record, resource: Resource, sent: object) -> object:
    """Return what an update is to write: a merge patch with its documents merged into the row's."""
    if not isinstance(sent, MergePatch):
        return sent
    documents = {
        name: merged(getattr(row, name), patch)
        for name, patch in sent.items()
        if name in resource.editable and isinstance(resource.column(name), DocumentField)
    }
    return {**sent, **documents}


def merged(target: object, patch: object) -> object:
    """Apply a patch to a JSON value (RFC 7396, 2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
