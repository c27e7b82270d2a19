"""Rows that are not saved yet, as rules see them before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.declaration import Resource
    from resources.models import Record


class CandidateRow:
    """A stand-in for an unsaved model instance, which would cost ten times as much."""

    def __init__(self, resource: Resource, values: Mapping[str, Any]) -> None:
        self._meta = resource.model._meta
        self._values = values

    def __getattr__(self, name: str) -> object:
        """Return a column's value as sent, else the model's default."""
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


def candidate_row(resource: Resource, values: Mapping[str, object]) -> Record:
    """Return an unsaved row with these values, which rules can judge."""
    return cast("Record", CandidateRow(resource, values))
