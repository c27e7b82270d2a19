"""Models that appear inside other records as a small document rather than as an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import Model

_members: dict[type[Model], Callable[[], Mapping[str, Any]]] = {}


def embed(model: type[Model], members: Callable[[], Mapping[str, object]]) -> None:
    """Let relations to `model` be answered as a document of these expressions."""
    _members[model] = members


def embedded_members(model: Any) -> Mapping[str, Any] | None:
    """Return the members of an embedded model, or None for models that appear as an id."""
    members = _members.get(model)
    return members() if members else None
