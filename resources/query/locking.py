"""The statement that locks a row for who may view it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.actors import UnboundActor
from resources.fields import RecordIdField
from resources.placeholders import Placeholder
from resources.query.plans import compiled, known_plan
from resources.rules import narrowed

if TYPE_CHECKING:
    from resources.actors import ActorKind
    from resources.declaration import Resource
    from resources.query.plans import Plan


def locking_plan(resource: Resource, kind: ActorKind) -> Plan:
    """Return the plan that locks the row of an id if the actor may view it: all its columns.

    It is first asked for within a transaction, without which nothing can be locked.
    """
    return known_plan(("lock", resource, kind), lambda: _locking_plan(resource, kind))


def _locking_plan(resource: Resource, kind: ActorKind) -> Plan:
    scope = resource.view.scope(UnboundActor(kind), resource.model)
    key = Placeholder("id", RecordIdField())
    rows = narrowed(resource.record_model._base_manager.filter(pk=key), scope)
    return compiled(rows.select_for_update(no_key=True, of=("self",)))
