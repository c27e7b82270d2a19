"""Which resources a request reads besides the one that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources import registry
from resources.query.back_relations import back_relation
from resources.query.filters.dependents import identifiers
from resources.query.options import rules_of_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resources.declaration import Resource
    from resources.query.list_query import ListQuery
    from resources.query.selection import Selection
    from resources.rules import Rule, UnreadCount


def reached_by_list(resource: Resource, query: ListQuery) -> frozenset[Resource]:
    """Return what the selection, the options, and the paths of filters and sorts lead to."""
    paths = [tuple(key.name.split(".")) for key in query.keys]
    if query.condition:
        paths += [identifier.path for identifier in identifiers(query.condition)]
    reached = {other for path in paths for other in _along(resource, path)}
    for rule in rules_of_options(resource, query.options):
        reached |= _read_by(rule, resource)
    return reached_by_record(resource, query.selection) | reached


def reached_by_record(resource: Resource, selection: Selection) -> frozenset[Resource]:
    """Return what expansions lead to, and what fields of the viewer's own tell of."""
    return frozenset(_selected(resource, selection))


def _selected(resource: Resource, selection: Selection) -> Iterator[Resource]:
    for name in selection.viewer:
        yield from _read_by(resource.viewer[name], resource)
    for expansion in selection.expand:
        for other in _along(resource, (expansion.name, "id")):
            yield other
            yield from _selected(other, expansion.selection)


def _read_by(rule: Rule | UnreadCount, resource: Resource) -> set[Resource]:
    """Return the resources whose rows a rule about records of a resource looks at."""
    models = rule.models_read(resource.model)
    return {registry.resource_of(model) for model in models if registry.is_registered(model)}


def _along(resource: Resource, path: Sequence[str]) -> Iterator[Resource]:
    """Yield the resources behind the relations of a path; a name that there is not leads nowhere.

    A relation's own id is a column of the record itself.
    """
    head, *rest = path
    other = _behind(resource, head) if rest else None
    if other is not None:
        yield other
        yield from _along(other, rest)


def _behind(resource: Resource, name: str) -> Resource | None:
    back = back_relation(name)
    if back:
        return back.source
    targets = {
        column.name: column.related_model
        for column in resource.model._meta.concrete_fields
        if column.is_relation
    }
    target = targets.get(name)
    if not isinstance(target, type) or not registry.is_registered(target):
        return None
    return registry.resource_of(target)
