"""Sort orders: `sort=-like_count,created_at`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, FloatField
from django.utils.translation import gettext as _

from resources.documents.sql import json_value
from resources.errors import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import OrderBy

    from resources.declaration import Resource

MOST_SORTS = 8
KEPT_ORDERS = 1_024
RANK = "search_rank"


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order."""

    name: str
    field: Field[Any, Any]
    is_descending: bool

    def order(self, *, is_backward: bool) -> OrderBy:
        """Give the column's part of ORDER BY."""
        column = F(self.name)
        return column.desc() if self.is_descending is not is_backward else column.asc()

    def selected(self) -> Any:
        """Give the column as a value that a cursor can carry."""
        return F(self.name) if self.name == RANK else json_value(self.field)

    def check(self, value: Any) -> Any:
        """Convert a cursor's value; raises ValueError or OverflowError for one of another kind."""
        try:
            converted = self.field.to_python(value)
        except ValidationError as error:
            raise ValueError(str(error)) from None
        if isinstance(converted, str) and (not isinstance(value, str) or "\x00" in value):
            raise ValueError(self.name)
        if converted is None:
            raise ValueError(self.name)
        return converted.astimezone(UTC) if isinstance(converted, datetime) else converted


@lru_cache(maxsize=KEPT_ORDERS)
def sort_keys(resource: Resource, sort: str | None, *, is_search: bool) -> tuple[SortKey, ...]:
    """Read `sort=`; the default is by rank for a search, else the first declared order.

    The id comes last, so that every order is total. Raises Problem 400 naming a column by which
    this resource can't be sorted.
    """
    names = [name.strip() for name in (sort or "").split(",")] if sort else []
    if len(names) > MOST_SORTS:
        raise bad_parameter("sort", "too_many", _("Eight sort fields are the most."))
    keys = [_key(resource, name) for name in names]
    if not keys:
        best_first = SortKey(RANK, FloatField(), is_descending=False)
        keys = [best_first if is_search else _key(resource, resource.ordering[0])]
    if all(key.name != "id" for key in keys):
        keys.append(SortKey("id", resource.column("id"), keys[-1].is_descending))
    return tuple(keys)


def sort_text(keys: Sequence[SortKey]) -> str:
    """Write an order in its one spelling."""
    return ",".join(f"-{key.name}" if key.is_descending else key.name for key in keys)


def _key(resource: Resource, name: str) -> SortKey:
    column = name.lstrip("+-") if name[:2] not in ("--", "++", "+-", "-+") else name
    allowed = {declared.lstrip("-") for declared in resource.ordering} | {"id"}
    if column not in allowed:
        message = _("There is no sorting by “%(name)s”; by one of: %(allowed)s.")
        shown = {"name": column, "allowed": ", ".join(sorted(allowed))}
        raise bad_parameter("sort", "unknown_field", message % shown)
    return SortKey(column, resource.column(column), name.startswith("-"))
