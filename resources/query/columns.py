"""Columns as their readers may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, F, Value, When

from resources.actors import ANONYMOUS
from resources.rules import both_scope

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from resources.actors import AnyActor
    from resources.declaration import Resource
    from resources.rules import Scope


def readable_column(resource: Resource, actor: AnyActor, name: str) -> Combinable:
    """Return a column as an expression that is null wherever the actor may not read it."""
    return where_readable(resource, actor, name, F(resource.column(name).attname))


def where_readable(
    resource: Resource, actor: AnyActor, name: str, expression: Combinable
) -> Combinable:
    """Return what is made from a column, or null wherever the actor may not read the column."""
    scope = readable_scope(resource, actor, name)
    if isinstance(scope, bool):
        return expression if scope else Value(None, output_field=resource.column(name))
    return Case(When(scope, then=expression), default=None)


def readable_scope(resource: Resource, actor: AnyActor, name: str) -> Scope:
    """Return the rows of which the actor may read a column."""
    rule = resource.readers.get(name)
    return True if rule is None else rule.scope(actor, resource.model)


def shown_scope(resource: Resource, actor: AnyActor, name: str) -> Scope:
    """Return the rows of which the actor may see a column: view the row and read the column."""
    viewed = resource.view.scope(actor, resource.model)
    return both_scope(viewed, readable_scope(resource, actor, name))


def anyones_scope(resource: Resource, actor: AnyActor, name: str) -> Scope:
    """Return of which rows answered to the actor anyone may see a column, signed in or not."""
    # What is answered to anyone can be seen by anyone.
    is_anyone = not (actor.is_known or actor.is_system)
    return is_anyone or shown_scope(resource, ANONYMOUS, name)
