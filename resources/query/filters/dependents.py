"""Rows that a filter may judge anew since rows of others changed, which it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from resources import registry
from resources.query.back_relations import back_relation
from resources.query.filters.nodes import Call, Comparison, Identifier
from resources.rules.algebra import DependentRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resources.declaration import Resource
    from resources.query.back_relations import BackRelation
    from resources.query.filters.nodes import Node
    from resources.rules.algebra import Changed


def filter_dependents(resource: Resource, node: Node, changed: Changed) -> Iterator[DependentRows]:
    """Return the rows that hang, by the paths of a filter, on rows that have changed."""
    for path in {identifier.path for identifier in identifiers(node)}:
        yield from _dependents(resource, path, changed)


def identifiers(part: object) -> Iterator[Identifier]:
    """Yield the names in a filter, in order."""
    if isinstance(part, Identifier):
        yield part
    elif isinstance(part, Comparison):
        yield from identifiers(part.left)
        yield from identifiers(part.right)
    else:
        for inner in part.args if isinstance(part, Call) else getattr(part, "children", ()):
            yield from identifiers(inner)


def _dependents(
    resource: Resource, path: Sequence[str], changed: Changed
) -> Iterator[DependentRows]:
    head, *rest = path
    if "_via_" in head:
        back = back_relation(head)
        if back:
            yield from _back(back, rest, changed)
    elif rest and resource.column(head).is_relation:
        yield from _forth(registry.resource_of(resource.target(head)), head, rest, changed)


def _forth(
    target: Resource, relation: str, rest: Sequence[str], changed: Changed
) -> Iterator[DependentRows]:
    """Follow a relation to its target, which must be visible to be compared with."""
    columns = {target.column(rest[0]).attname, *target.view.columns(target.model)}
    ids = [
        change.record_id
        for change in changed.get(target.model, ())
        if not columns.isdisjoint(change.before)
    ]
    if ids:
        yield DependentRows(target.model, Q((f"{relation}__in", ids)))
    for further in [
        *target.view.dependents(target.model, changed),
        *_dependents(target, rest, changed),
    ]:
        between = target.model._default_manager.filter(further.rows)
        yield DependentRows(further.table, Q((f"{relation}__in", between)))


def _back(back: BackRelation, rest: Sequence[str], changed: Changed) -> Iterator[DependentRows]:
    """Follow a relation back to the rows that point here, whose coming and going counts too."""
    source, column = back.source, back.column.attname
    ids = [change.record_id for change in changed.get(source.model, ())]
    rows = source.model._default_manager
    if ids:
        yield DependentRows(source.model, Q(pk__in=rows.filter(pk__in=ids).values(column)))
    listed = source.rule("list").dependents(source.model, changed)
    for further in [*listed, *_dependents(source, rest, changed)]:
        yield DependentRows(further.table, Q(pk__in=rows.filter(further.rows).values(column)))
