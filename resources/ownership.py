"""Whose a row is, told by relations and rules alone.

A row belongs to the one whom a relation names that would take the row along (CASCADE and its
like). A row without such a relation belongs to whoever owns the row that its view rule looks
through: `visible("collection")`. A relation that would only be emptied (SET_NULL) names somebody
without making the row theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.db.models import CASCADE, PROTECT, RESTRICT, SET_NULL, ForeignKey, Q

from resources import registry
from resources.rules import narrowed
from resources.rules.predicates import Visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.db.models import Model, QuerySet

    from resources.actors import Actor
    from resources.declaration import Resource
    from resources.models import Record
    from resources.rules import Rule

type Relation = ForeignKey[object, object]

OWNING = (CASCADE, PROTECT, RESTRICT)


def owned_rows(owner: Model) -> Iterator[tuple[Resource, QuerySet[Record]]]:
    """Return the rows of every resource that belong to `owner`, without the owner's own row."""
    for resource in registry.all_resources():
        if owner_paths(resource, type(owner)):
            yield resource, rows_of(resource, owner)


def rows_of(resource: Resource, owner: Model) -> QuerySet[Record]:
    """Return the rows of one resource that belong to `owner`."""
    return _rows(resource, owner_paths(resource, type(owner)), owner)


def mentions(owner: Model, actor: Actor) -> Iterator[tuple[Resource, QuerySet[Record]]]:
    """Return the rows of every resource that belong to `owner`, or name them where they may look.

    `actor` is the owner as an actor. A row of another's that only names them may be private to the
    other: what is in somebody's inbox, say.
    """
    for resource in registry.all_resources():
        naming = [relation.name for relation in naming_relations(resource.model, type(owner))]
        paths = owner_paths(resource, type(owner))
        if paths or naming:
            named = _rows(resource, naming, owner)
            seen = narrowed(named, resource.view.scope(actor, resource.model)).values("pk")
            theirs = _rows(resource, paths, owner).values("pk")
            chosen = Q(pk__in=theirs) | Q(pk__in=seen)
            yield resource, resource.record_model._default_manager.filter(chosen)


def owner_paths(resource: Resource, owners: type[Model]) -> Sequence[str]:
    """Return the lookups from rows to their `owners`, such as `collection__owner`."""
    own = [relation.name for relation in owning_relations(resource.model, owners)]
    if own:
        return own
    return [
        f"{parent.name}__{path}"
        for parent in parent_relations(resource)
        for path in owner_paths(registry.resource_of(parent.related_model), owners)
    ]


def owning_relations(model: type[Model], owners: type[Model]) -> Sequence[Relation]:
    """Return the relations of a model that make its rows belong to one of `owners`."""
    return [relation for relation in _relations(model, owners) if _on_delete(relation) in OWNING]


def naming_relations(model: type[Model], owners: type[Model]) -> Sequence[Relation]:
    """Return the relations of a model that name one of `owners` and can be emptied."""
    return [relation for relation in _relations(model, owners) if _on_delete(relation) is SET_NULL]


def parent_relations(resource: Resource) -> Sequence[Relation]:
    """Return the relations to the rows through which a resource's own are viewed."""
    names = {part.relation for part in _parts(resource.view) if isinstance(part, Visible)}
    relations = [cast("Relation", resource.column(name)) for name in sorted(names)]
    return [
        relation
        for relation in relations
        if _on_delete(relation) in OWNING and relation.related_model is not resource.model
    ]


def _rows(resource: Resource, paths: Iterable[str], owner: Model) -> QuerySet[Record]:
    is_theirs = Q(pk__in=())
    for path in paths:
        is_theirs |= Q((path, owner.pk))
    return resource.record_model._default_manager.filter(is_theirs)


def _relations(model: type[Model], target: type[Model]) -> Iterator[Relation]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model is target:
            yield field


def _on_delete(relation: Relation) -> object:
    return relation.remote_field.on_delete


def _parts(rule: Rule) -> Iterator[Rule]:
    yield rule
    for part in rule.parts():
        yield from _parts(part)
