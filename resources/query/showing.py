"""Which records show a row that has no rules of its own, such as a file.

Such a row may be seen by whoever may see a record that shows it. Every declared field that holds
rows of its model counts, as long as the reader may read the field.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.db.models import IntegerField, Q, Value

from resources import registry
from resources.actors import UnboundActor
from resources.fields import RecordIdField, RelationListField
from resources.placeholders import Placeholder
from resources.query.columns import shown_scope
from resources.query.plans import Plan, compiled, known_plan
from resources.rules import narrowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.types import ModelField

SHOWN = "shown"


@cache
def showing_fields(model: type[Model]) -> Sequence[tuple[Resource, ModelField]]:
    """Return every field of a record that shows rows of a model."""
    return [
        (resource, column)
        for resource in registry.all_resources()
        for column in map(resource.column, resource.fields)
        if _model_shown(column) is model
    ]


def _model_shown(column: ModelField) -> type[Model] | None:
    if isinstance(column, RelationListField):
        return column.listed_model
    return column.related_model


def showing_plan(model: type[Model], kind: ActorKind, names: frozenset[str]) -> Plan:
    """Return the plan that finds out whether the actor may see a record that shows a row.

    `names` are the resources whose records count. There is one column for each field that may show
    it: `SELECT 1 FROM "cards_card" WHERE "front_id" = … UNION ALL SELECT 1 … LIMIT 1`.
    """
    return known_plan(("showing", model, kind, names), lambda: _showing_plan(model, kind, names))


def _showing_plan(model: type[Model], kind: ActorKind, names: frozenset[str]) -> Plan:
    fields = [each for each in showing_fields(model) if each[0].name in names]
    parts = [_part(resource, column, UnboundActor(kind)) for resource, column in fields]
    found = [part for part in parts if part.sql is not None]
    if not found:
        return Plan(None)
    sql = " UNION ALL ".join(str(part.sql) for part in found)
    return Plan(f"{sql} LIMIT 1", tuple(value for part in found for value in part.parameters))


def _part(resource: Resource, column: ModelField, actor: UnboundActor) -> Plan:
    shown = Placeholder(SHOWN, RecordIdField())
    if isinstance(column, RelationListField):
        entries = column.index_model._default_manager.filter(
            **{column.listed_relation.attname: shown}
        )
        which = Q(pk__in=entries.values(column.record_relation.attname))
    else:
        which = Q((column.attname, shown))
    rows = resource.model._default_manager.filter(which)
    visible = narrowed(rows, shown_scope(resource, actor, column.name)).order_by()
    return compiled(visible.values_list(Value(1, output_field=IntegerField())))
