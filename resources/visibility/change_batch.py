"""Changes of the feed that are processed together, with their rows as they were before them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from resources import changes, feed, registry
from resources.models import Action
from resources.visibility.history_tables import rows_as_table

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Model

    from resources.declaration import Resource
    from resources.models import Change
    from resources.query.plans import Table
    from resources.visibility.dependents import Dependents
    from resources.visibility.history_tables import Image


@dataclass(frozen=True)
class BeforeImages:
    """Rows as they were before changes, each as `{column: logged value}`.

    `earliest` has each row as it was before the first change of the batch, without those that were
    not there yet. `all` has each row as it was before every one of its changes, in order. A card
    that was renamed twice and then published:

        earliest = {id: {"title": "A", "status": "draft"}}
        all = {id: [{"title": "A", …}, {"title": "B", …}, {"title": "C", "status": "draft"}]}
    """

    resource: Resource
    earliest: Mapping[UUID, Image]
    all: Mapping[UUID, Sequence[Image]]

    @cached_property
    def has_later_ones(self) -> bool:
        """Return whether some row was changed more than once."""
        return sum(map(len, self.all.values())) > len(self.earliest)

    @cached_property
    def tables(self) -> Sequence[Sequence[Table]]:
        """Return tables with just these rows: the earliest images, and all of them if more."""
        versions = [list(self.earliest.values())]
        if self.has_later_ones:
            versions.append([image for images in self.all.values() for image in images])
        return [[rows_as_table(self.resource, rows)] if rows else [] for rows in versions]

    @property
    def version_count(self) -> int:
        """Return how many images the row with the most of them has."""
        return max(map(len, self.all.values()), default=0)

    def version(self, number: int) -> Collection[Image]:
        """Return each row once: as it was before its change of this number, or its last one."""
        if number == 0:
            return self.earliest.values()
        return [images[min(number, len(images) - 1)] for images in self.all.values() if images]


class ChangeBatch:
    """Consecutive changes of the feed, processed together.

    A record that was changed several times makes one event, from what it was before its first
    change to what it is now. `dependents` caches what was found to depend on the changes, by
    resource, rule and filter, and `unsettled` for which members anything may depend on them.
    """

    def __init__(self, read: Sequence[Change]) -> None:
        self.changed: dict[type[Model], list[Change]] = {}
        for change in read:
            resource = registry.named(change.resource)
            if resource is not None:
                self.changed.setdefault(resource.model, []).append(change)
        self.end = read[-1].position if read else 0
        self.dependents: dict[Hashable, Dependents | None] = {}
        self.unsettled: dict[Hashable, frozenset[UUID]] = {}
        self._positions: dict[type[Model], dict[UUID, int]] = {}
        self._edited: dict[Resource, Mapping[UUID, frozenset[str]]] = {}
        self._values: dict[tuple[Resource, str], frozenset[str]] = {}
        self._images: dict[tuple[Resource, frozenset[UUID]], BeforeImages] = {}

    def of(self, resource: Resource) -> Sequence[Change]:
        """Return the changes of a resource."""
        return self.changed.get(resource.model, ())

    def ids(self, resource: Resource) -> frozenset[UUID]:
        """Return the changed records of a resource."""
        return frozenset(change.record_id for change in self.of(resource))

    def positions(self, resource: Resource) -> Mapping[UUID, int]:
        """Return the position of each record's last change, ordered by it."""
        if resource.model not in self._positions:
            self._positions[resource.model] = _last_positions(self.of(resource))
        return self._positions[resource.model]

    def first_positions(self, resource: Resource) -> Mapping[UUID, int]:
        """Return the position of each record's first change."""
        return {change.record_id: change.position for change in reversed(self.of(resource))}

    def edited(self, resource: Resource) -> Mapping[UUID, frozenset[str]]:
        """Return the columns that changed, by record: `{id: {"title", "revision"}}`."""
        if resource not in self._edited:
            edited: dict[UUID, frozenset[str]] = {}
            for change in self.of(resource):
                known = edited.get(change.record_id, frozenset())
                edited[change.record_id] = known.union(change.before, change.after)
            self._edited[resource] = edited
        return self._edited[resource]

    def values(self, resource: Resource, column: str) -> frozenset[str]:
        """Return every value that the changed rows have or had in a column, as text."""
        key = (resource, column)
        if key not in self._values:
            images = [change.after for change in self.of(resource)]
            before = self.before_images(resource)
            images += [image for each in before.all.values() for image in each]
            self._values[key] = frozenset(str(image.get(column)) for image in images)
        return self._values[key]

    def created(self, resource: Resource) -> frozenset[UUID]:
        """Return the records that the batch creates."""
        return _ids_with(Action.CREATE, self.of(resource))

    def deleted(self, resource: Resource) -> frozenset[UUID]:
        """Return the records that the batch deletes."""
        return _ids_with(Action.DELETE, self.of(resource))

    def before_images(self, resource: Resource) -> BeforeImages:
        """Return the changed rows as they were before the changes of this batch."""
        return self._images_of(resource, self.ids(resource))

    def before_images_until_now(self, resource: Resource) -> tuple[frozenset[UUID], BeforeImages]:
        """Return the records changed in this batch or later, and the rows as they were."""
        later = feed.committed_since(self.end).filter(resource=resource.name)
        own = self.of(resource)
        changed = frozenset(change.record_id for change in [*own, *later])
        return changed, self._images_of(resource, changed)

    def _images_of(self, resource: Resource, ids: frozenset[UUID]) -> BeforeImages:
        if (resource, ids) not in self._images:
            own = self.of(resource)
            only_created = all(change.action == Action.CREATE for change in own)
            has_history = not only_created or ids != self.ids(resource)
            self._images[resource, ids] = (
                self._undone(resource, ids) if has_history else BeforeImages(resource, {}, {})
            )
        return self._images[resource, ids]

    def _undone(self, resource: Resource, ids: Collection[UUID]) -> BeforeImages:
        """Undo the changes, starting from the rows as they are now or were when deleted."""
        rows = resource.record_model._default_manager.filter(pk__in=ids)
        images: dict[UUID, dict[str, object]] = {row.pk: changes.logged_values(row) for row in rows}
        since = feed.committed_since(self.end)
        later = since.filter(resource=resource.name, record_id__in=list(ids))
        for change in reversed(later):
            _undo(images, change)
        found: dict[UUID, list[Image]] = {}
        for change in reversed(self.of(resource)):
            before = dict(_undo(images, change))
            found.setdefault(change.record_id, []).insert(0, before)
        existing = {key: [image for image in each if image] for key, each in found.items()}
        unchanged: dict[UUID, list[Image]] = {
            key: [image] for key, image in images.items() if key not in existing
        }
        return BeforeImages(resource, images, existing | unchanged)


def _undo(images: dict[UUID, dict[str, object]], change: Change) -> Image:
    """Undo a change; returns the row as it was before, empty if it was not there."""
    if change.action == Action.CREATE:
        images.pop(change.record_id, None)
        return {}
    image = images.setdefault(change.record_id, {})
    image.update(change.before)
    return image


def _last_positions(own: Iterable[Change]) -> dict[UUID, int]:
    positions: dict[UUID, int] = {}
    for change in own:
        positions.pop(change.record_id, None)
        positions[change.record_id] = change.position
    return positions


def _ids_with(action: Action, own: Iterable[Change]) -> frozenset[UUID]:
    return frozenset(change.record_id for change in own if change.action == action)
