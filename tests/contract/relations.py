"""Rows of two members that point at each other, and every way to see and to reach them.

All of it is made from the registry: a new resource is tried with the others.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from community.models import CaseAction, Edit, FeedItem, Mention
from realtime.rooms.policy import check_entry
from resources import changes, registry
from resources.actors import SYSTEM
from resources.errors import Problem
from resources.ownership import owned_rows, owner_paths
from resources.query.back_relations import back_relations
from tests.contract.examples import example_row, give_templates_a_version, writable_values
from tests.contract.matrix import hears, ids, read
from tests.contract.writes import one_by_one, rolled_back
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from resources.actors import Actor
    from resources.declaration import Resource
    from tests.personas import Persona

ROWS = 2
"""Rows of a resource that are looked for: those made first, the first of which points elsewhere."""

OF_ONE_AUTHOR = {Edit, FeedItem}
"""What has the author of what it points at, and so never points at somebody else's."""
ABOUT_MEMBERS = {CaseAction, Mention}
"""What others write about a member: the public log, which names nobody, and who names them."""

type Sighting = tuple[str, str]
"""A way of seeing something and the resource that was seen."""


@dataclass
class Neighbourhood:
    """Rows of an author and of a neighbour, who points at them and is pointed at."""

    author: Persona
    neighbour: Persona
    theirs: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    neighbours: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def settle(self) -> None:
        """Make a row of every resource for each, then have them point at each other's."""
        for resource in registry.all_resources():
            for owner in (self.author, self.neighbour):
                # Of some there can be one alone that is made of examples.
                with suppress(IntegrityError), transaction.atomic():
                    example_row(resource, owner=owner)
        give_templates_a_version()
        first = self._owned(self.author), self._owned(self.neighbour)
        for rows, targets in (first, first[::-1]):
            for resource in registry.all_resources():
                for row in rows[resource.name][: resource.model not in OF_ONE_AUTHOR]:
                    point(resource, row, targets)
        self.theirs, self.neighbours = self._owned(self.author), self._owned(self.neighbour)

    @staticmethod
    def _owned(persona: Persona) -> dict[str, list[Any]]:
        rows: dict[str, list[Any]] = defaultdict(list, users=[persona.user])
        assert persona.user is not None
        for resource, found in owned_rows(persona.user):
            if resource.model in ABOUT_MEMBERS:
                continue
            rows[resource.name] += list(found.order_by("pk")[:ROWS])
        return rows


def point(resource: Resource, row: Any, targets: dict[str, list[Any]]) -> None:
    """Have the relations of a row lead to rows of somebody else, wherever that can be."""
    owners = {path.partition("__")[0] for path in owner_paths(resource, User)}
    for name in resource.expand:
        target = registry.resource_of(resource.target(name)).name
        if name not in owners and targets[target]:
            with suppress(IntegrityError, ValidationError, Problem), transaction.atomic():
                changes.update(row, by=SYSTEM, **{name: targets[target][0]})


def sightings(
    viewer: Persona, place: Neighbourhood, resources: Iterable[Resource]
) -> set[Sighting]:
    """Return by which ways the viewer sees rows of the author."""
    return {
        (way, resource.name)
        for resource in resources
        for way, seen in ways(viewer, place, resource)
        if seen
    }


def ways(viewer: Persona, place: Neighbourhood, resource: Resource) -> Iterator[tuple[str, bool]]:
    """Try every way that leads to the rows of one resource."""
    rows = place.theirs[resource.name]
    if not rows:
        return
    keys = {str(row.pk) for row in rows}
    actor, name = viewer.actor, resource.name
    listed = partial(listed_ids, resource, actor)
    yield "view", any(read(resource, actor, key, {})[0] == 200 for key in keys)
    yield "list", not keys.isdisjoint(listed(limit="100"))
    yield "ids", not keys.isdisjoint(listed(id__in=",".join(keys)))
    for column in owner_paths(resource, User):
        if column in resource.filters:
            yield "named", not keys.isdisjoint(listed(**{column: place.author.id}))
    if resource.search:
        word = str(getattr(rows[0], resource.search[0]))
        yield "search", not keys.isdisjoint(listed(search=word))
        found = viewer.api.get("search", q=word, **{"in": name}).content.decode()
        yield "search of all", any(key in found for key in keys)
    yield "live", not keys.isdisjoint(hears(actor, name, {}, rows))
    yield "live, one record", any(hears(actor, f"{name}/{key}", {}, rows) for key in keys)
    if "/" not in name:
        yield "room", any(may_enter(actor, f"{name}/{key}") for key in keys)
    yield "expand", not keys.isdisjoint(expanded(actor, place, resource))
    yield "expand back", not keys.isdisjoint(expanded_back(actor, place, resource))


def listed_ids(resource: Resource, actor: Actor, **asked: str) -> set[str]:
    """Return the ids that a list shows."""
    status, answer = read(resource, actor, None, asked)
    return ids(answer) if status == 200 else set()


def may_enter(actor: Actor, room: str) -> bool:
    try:
        check_entry(room, actor)
    except Problem:
        return False
    return True


def expanded(actor: Actor, place: Neighbourhood, resource: Resource) -> Iterator[str]:
    """Yield the records that are shown along with the neighbour's rows that point at them."""
    for source in registry.all_resources():
        named = [name for name in source.expand if source.target(name) is resource.model]
        for row in place.neighbours[source.name] if named else ():
            status, record = read(source, actor, str(row.pk), {"expand": ",".join(named)})
            shown = record["expand"].values() if status == 200 else ()
            yield from (each["id"] for each in shown if each)


def expanded_back(actor: Actor, place: Neighbourhood, resource: Resource) -> Iterator[str]:
    """Yield the records that are shown along with the neighbour's rows that they point at."""
    for target in registry.all_resources():
        named = [each.name for each in back_relations(target) if each.source is resource]
        for row in place.neighbours[target.name] if named else ():
            status, record = read(target, actor, str(row.pk), {"expand": ",".join(named)})
            pages = record["expand"].values() if status == 200 else ()
            yield from (each["id"] for page in pages for each in page["results"])


def sent(viewer: Persona, place: Neighbourhood, resources: Iterable[Resource]) -> dict[str, int]:
    """Try every write of the viewer that is aimed at rows of the author; returns the statuses."""
    return {
        what: status
        for resource in resources
        for what, status in (
            *aimed_creations(viewer, place, resource),
            *actions_on(viewer, resource, place.theirs[resource.name][:1]),
        )
    }


def aimed_creations(
    viewer: Persona, place: Neighbourhood, resource: Resource
) -> Iterator[tuple[str, int]]:
    """Create records whose relations lead to the author's rows, one relation after the other."""
    for name in resource.writable:
        column = resource.column(name)
        is_ours = column.is_relation and registry.is_registered(resource.target(name))
        target = registry.resource_of(resource.target(name)).name if is_ours else ""
        for row in place.theirs[target][:1]:
            with rolled_back():
                values = writable_values(resource, owner=viewer) | {name: str(row.pk)}
                status = one_by_one(viewer.actor, "POST", resource.name, values)
            yield f"POST {resource} {name}", status


def actions_on(viewer: Persona, resource: Resource, rows: list[Any]) -> Iterator[tuple[str, int]]:
    """Run the declared actions of a resource on rows."""
    for row in rows:
        for action in resource.actions:
            path = f"{resource}/{row.pk}/{action.name}"
            with rolled_back():
                status = viewer.api._send(action.method.lower(), path, {}, {}).status_code
            yield f"{action.method} {resource} {action.name}", status


def own_writes(viewer: Persona, rows: dict[str, list[Any]]) -> Iterator[tuple[str, int]]:
    """Create a record of every resource, and change one's own."""
    for resource in registry.all_resources():
        if resource.writable:
            with rolled_back():
                values = writable_values(resource, owner=viewer)
                status = one_by_one(viewer.actor, "POST", resource.name, values)
            yield f"POST {resource}", status
        for row in rows[resource.name][:1] if resource.editable else ():
            with rolled_back():
                status = one_by_one(viewer.actor, "PATCH", f"{resource}/{row.pk}", {})
            yield f"PATCH {resource}", status
        yield from actions_on(viewer, resource, rows[resource.name][:1])
