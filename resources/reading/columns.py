"""Columns as their readers may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, Value, When

if TYPE_CHECKING:
    from resources.actors import Asker
    from resources.declaration import Resource


def readable_column(resource: Resource, actor: Asker, name: str) -> Any:
    """Give a column as an expression that is null wherever the actor may not read it."""
    column = F(resource.column(name).attname)
    rule = resource.readers.get(name)
    if rule is None:
        return column
    scope = rule.scope(actor, resource.model)
    if isinstance(scope, bool):
        return column if scope else Value(None, output_field=resource.column(name))
    return Case(When(scope, then=column), default=None)
