"""Some changes of one resource, with the rows as they were before the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources import changes, feed, registry
from resources.models import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from resources.declaration import Resource
    from resources.models import Change

type Image = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive changes of one resource, taken together.

    `records` are the changed ids in the order of their last change, each with the place of that;
    `past` are the rows, in terms of the log, that were there before. A record that was changed
    several times is one event, from what it was before the first to what it is now.
    """

    resource: Resource
    records: Mapping[UUID, int]
    past: Mapping[UUID, Image]
    created: frozenset[UUID]
    deleted: frozenset[UUID]


def batches(read: Sequence[Change]) -> Iterator[Batch]:
    """Split changes of the feed into batches, one a resource, in the order of the feed."""
    by_resource: dict[str, list[Change]] = {}
    for change in read:
        by_resource.setdefault(change.resource, []).append(change)
    for name, own in by_resource.items():
        resource = registry.named(name)
        if resource is not None:
            yield _batch(resource, own)


def _batch(resource: Resource, own: Sequence[Change]) -> Batch:
    records: dict[UUID, int] = {}
    for change in own:
        records.pop(change.record_id, None)
        records[change.record_id] = change.place
    created = {change.record_id for change in own if change.action == Action.CREATE}
    last = {change.record_id: change.action for change in own}
    deleted = {record_id for record_id, action in last.items() if action == Action.DELETE}
    past = _past(resource, own, created)
    return Batch(resource, records, past, frozenset(created), frozenset(deleted))


def _past(
    resource: Resource, own: Sequence[Change], created: Iterable[UUID]
) -> Mapping[UUID, Image]:
    """Take the rows as they are now, or were when they were deleted, and undo the changes."""
    ids = {change.record_id for change in own} - set(created)
    rows = resource.record_model._default_manager.filter(pk__in=ids)
    images: dict[UUID, dict[str, Any]] = {row.pk: changes.logged_values(row) for row in rows}
    for change in reversed([*own, *_later(resource, ids, own[-1].place)]):
        if change.record_id not in ids:
            continue
        if change.action == Action.DELETE:
            images[change.record_id] = {}
        images.get(change.record_id, {}).update(change.before)
    return images


def _later(resource: Resource, ids: Iterable[UUID], place: int) -> Sequence[Change]:
    """Give what has happened to the rows since, which they show already."""
    since = feed.committed_since(place)
    return list(since.filter(resource=resource.name, record_id__in=list(ids)))
