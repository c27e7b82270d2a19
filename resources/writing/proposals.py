"""Rows that a client proposes, as rules see them before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.declaration import Resource
    from resources.models import Record


class Proposal:
    """Stands for a row in front of a rule; making a real one costs ten times as much."""

    def __init__(self, resource: Resource, values: Mapping[str, Any]) -> None:
        self._meta = resource.model._meta
        self._values = values

    def __getattr__(self, name: str) -> Any:
        """Return a column's value as proposed, else as the model would fill it in."""
        if name in self._values:
            return self._values[name]
        for column in self._meta.concrete_fields:
            if name == column.attname and column.name in self._values:
                target = self._values[column.name]
                return target.pk if target is not None else None
            if name == column.name and column.is_relation:
                return self._target(column)
            if name == column.attname:
                return column.get_default()
        raise AttributeError(name)

    def _target(self, column: Any) -> Any:
        key = self._values.get(column.attname)
        rows = column.related_model._default_manager
        return rows.filter(pk=key).first() if key is not None else None


def proposed(resource: Resource, values: Mapping[str, Any]) -> Record:
    """Return a row with these values that rules can be asked about."""
    return cast("Record", Proposal(resource, values))
