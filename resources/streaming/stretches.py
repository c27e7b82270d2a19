"""Changes of the feed that are read together, with the rows as they were before them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from resources import changes, feed, registry
from resources.models import Action
from resources.streaming.past import only_the_past

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Model

    from resources.declaration import Resource
    from resources.models import Change
    from resources.streaming.hanging import Hung
    from resources.streaming.questions import Table

type Image = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """Rows in terms of the log: before the first change of each, and before every one.

    `ever` has the images of each row in the order of its changes.
    """

    resource: Resource
    first: Mapping[UUID, Image]
    ever: Mapping[UUID, Sequence[Image]]

    @cached_property
    def is_twofold(self) -> bool:
        """Tell whether some row was more than one thing."""
        return sum(map(len, self.ever.values())) > len(self.first)

    @cached_property
    def tables(self) -> Sequence[Sequence[Table]]:
        """Give just these rows as they were at first, and where it differs, all that they were."""
        moments = [list(self.first.values())]
        if self.is_twofold:
            moments.append([image for images in self.ever.values() for image in images])
        return [[only_the_past(self.resource, rows)] if rows else [] for rows in moments]

    @property
    def moments(self) -> int:
        """Give how many images some row has."""
        return max(map(len, self.ever.values()), default=0)

    def at(self, moment: int) -> Collection[Image]:
        """Give every row once: as it was before its change of this number, or the last it had."""
        if moment == 0:
            return self.first.values()
        return [images[min(moment, len(images) - 1)] for images in self.ever.values() if images]


class Stretch:
    """Consecutive changes of the feed, taken together.

    A record that was changed several times is one event, from what it was before the first change
    to what it is now. `hung` keeps what was found to hang on the changes, by the question.
    """

    def __init__(self, read: Sequence[Change]) -> None:
        self.changed: dict[type[Model], list[Change]] = {}
        for change in read:
            resource = registry.named(change.resource)
            if resource is not None:
                self.changed.setdefault(resource.model, []).append(change)
        self.end = read[-1].place if read else 0
        self.hung: dict[Hashable, Hung | None] = {}
        self._places: dict[type[Model], dict[UUID, int]] = {}
        self._edited: dict[Resource, Mapping[UUID, frozenset[str]]] = {}
        self._values: dict[tuple[Resource, str], frozenset[str]] = {}
        self._past: dict[tuple[Resource, frozenset[UUID]], Past] = {}

    def of(self, resource: Resource) -> Sequence[Change]:
        """Give the changes of a resource."""
        return self.changed.get(resource.model, ())

    def places(self, resource: Resource) -> Mapping[UUID, int]:
        """Give the changed records in the order of their last change, each with its place."""
        if resource.model not in self._places:
            self._places[resource.model] = _places(self.of(resource))
        return self._places[resource.model]

    def firsts(self, resource: Resource) -> Mapping[UUID, int]:
        """Give the changed records, each with the place of its first change."""
        return {change.record_id: change.place for change in reversed(self.of(resource))}

    def edited(self, resource: Resource) -> Mapping[UUID, frozenset[str]]:
        """Return the changed records, each with the columns that its changes have in the log."""
        if resource not in self._edited:
            edited: dict[UUID, frozenset[str]] = {}
            for change in self.of(resource):
                known = edited.get(change.record_id, frozenset())
                edited[change.record_id] = known.union(change.before, change.after)
            self._edited[resource] = edited
        return self._edited[resource]

    def values(self, resource: Resource, column: str) -> frozenset[str]:
        """Give all values that the changed rows have or had in a column."""
        key = (resource, column)
        if key not in self._values:
            images = [change.after for change in self.of(resource)]
            images += [image for each in self.past(resource).ever.values() for image in each]
            self._values[key] = frozenset(str(image.get(column)) for image in images)
        return self._values[key]

    def created(self, resource: Resource) -> frozenset[UUID]:
        """Give the records that were made here."""
        return _with(Action.CREATE, self.of(resource))

    def deleted(self, resource: Resource) -> frozenset[UUID]:
        """Give the records that were deleted here."""
        return _with(Action.DELETE, self.of(resource))

    def past(self, resource: Resource) -> Past:
        """Give the changed rows as they were."""
        changed = {change.record_id for change in self.of(resource)}
        return self._kept_past(resource, frozenset(changed))

    def past_until_now(self, resource: Resource) -> tuple[frozenset[UUID], Past]:
        """Give the records that were changed here or later, and the rows as they were."""
        later = feed.committed_since(self.end).filter(resource=resource.name)
        own = self.of(resource)
        changed = frozenset(change.record_id for change in [*own, *later])
        return changed, self._kept_past(resource, changed)

    def _kept_past(self, resource: Resource, ids: frozenset[UUID]) -> Past:
        if (resource, ids) not in self._past:
            own = self.of(resource)
            only_made = all(change.action == Action.CREATE for change in own)
            is_past = not only_made or ids != {change.record_id for change in own}
            self._past[resource, ids] = (
                self._undone(resource, ids) if is_past else Past(resource, {}, {})
            )
        return self._past[resource, ids]

    def _undone(self, resource: Resource, ids: Collection[UUID]) -> Past:
        """Take the rows as they are now, or were when they were deleted, and undo the changes."""
        rows = resource.record_model._default_manager.filter(pk__in=ids)
        images: dict[UUID, dict[str, Any]] = {row.pk: changes.logged_values(row) for row in rows}
        since = feed.committed_since(self.end)
        later = since.filter(resource=resource.name, record_id__in=list(ids))
        for change in reversed(later):
            _undo(images, change)
        ever: dict[UUID, list[Image]] = {}
        for change in reversed(self.of(resource)):
            before = dict(_undo(images, change))
            ever.setdefault(change.record_id, []).insert(0, before)
        seen = {key: [image for image in each if image] for key, each in ever.items()}
        unchanged: dict[UUID, list[Image]] = {
            key: [image] for key, image in images.items() if key not in seen
        }
        return Past(resource, images, seen | unchanged)


def _undo(images: dict[UUID, dict[str, Any]], change: Change) -> Image:
    """Undo a change; gives the row as it was before, nothing if it was not there."""
    if change.action == Action.CREATE:
        images.pop(change.record_id, None)
        return {}
    image = images.setdefault(change.record_id, {})
    image.update(change.before)
    return image


def _places(own: Iterable[Change]) -> dict[UUID, int]:
    places: dict[UUID, int] = {}
    for change in own:
        places.pop(change.record_id, None)
        places[change.record_id] = change.place
    return places


def _with(action: Action, own: Iterable[Change]) -> frozenset[UUID]:
    return frozenset(change.record_id for change in own if change.action == action)
