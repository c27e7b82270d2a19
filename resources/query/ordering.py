"""Sort orders: `sort=-like_count,created_at`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from django.core.exceptions import ValidationError
from django.db.models import F, FloatField, TextField
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext as _

from resources import registry
from resources.documents.sql import json_value
from resources.errors import bad_parameter
from resources.placeholders import Placeholder
from resources.query.filters.naming import Names
from resources.query.filters.nodes import Identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import OrderBy
    from django.db.models.expressions import Combinable

    from resources.actors import AnyActor
    from resources.declaration import Resource
    from resources.query.filters.operands import Scalar
    from resources.types import ModelField

MOST_SORTS = 8
RANK = "search_rank"
NO_NAME = re.compile(r"\W", re.ASCII)


RANDOM = re.compile(r"@random(?::([\w-]{1,40}))?", re.ASCII)
"""A random order; the same seed gives the same one."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order; what is missing is less than all else.

    `name` can be a column of a relation (`creator.username`) or `@random:SEED`.
    """

    name: str
    field: ModelField
    is_descending: bool
    is_nullable: bool = False

    @property
    def column(self) -> str:
        """Return the name under which a query knows the values."""
        is_own = self.name.isidentifier()
        return self.name if is_own else f"sort_{NO_NAME.sub('_', self.name)}"

    @property
    def seed(self) -> str | None:
        """Return the seed of a random order; an empty one was not given."""
        random = self.name[0] == "@" and RANDOM.fullmatch(self.name)
        return (random[1] or "") if random else None

    def annotation(self, resource: Resource, actor: AnyActor) -> Combinable | None:
        """Return the expression of what is no column of the resource itself, else None."""
        if self.seed is not None:
            return MD5(Concat(Cast("pk", TextField()), Placeholder("seed", TextField())))
        if "." not in self.name:
            return None
        identifier = Identifier(tuple(self.name.split(".")), None, self.name, 1)
        # What a resource is sorted by is one column of a row.
        scalar = cast("Scalar", Names(resource, actor).operand(identifier))
        return scalar.expression

    def order(self, *, is_backward: bool) -> OrderBy | str:
        """Return the column's part of ORDER BY."""
        column = F(self.column)
        if self.is_descending is not is_backward:
            return column.desc(nulls_last=True if self.is_nullable else None)
        return column.asc(nulls_first=True if self.is_nullable else None)

    def direction(self, *, is_backward: bool) -> str:
        """Return what `order` writes behind the column."""
        if self.is_descending is not is_backward:
            return "DESC NULLS LAST" if self.is_nullable else "DESC"
        return "ASC NULLS FIRST" if self.is_nullable else "ASC"

    def selected(self) -> Combinable | str:
        """Return the column as a value that a cursor can carry."""
        return RANK if self.name == RANK else json_value(self.field, F(self.column))

    def check(self, value: object) -> object:
        """Convert a cursor's value; raises ValueError or OverflowError for one of another kind."""
        if value is None and self.is_nullable:
            return None
        try:
            converted = self.field.to_python(value)
        except ValidationError as error:
            raise ValueError(str(error)) from None
        if isinstance(converted, str) and (not isinstance(value, str) or "\x00" in value):
            raise ValueError(self.name)
        if converted is None:
            raise ValueError(self.name)
        return converted.astimezone(UTC) if isinstance(converted, datetime) else converted


BEST_FIRST = SortKey(RANK, FloatField(), is_descending=False)


def sort_keys(resource: Resource, sort: str | None, is_search: bool) -> tuple[SortKey, ...]:
    """Read `sort=`; the default is by rank for a search, else the first declared order.

    The id comes last, so that every order is total. Raises Problem 400 naming a column by which
    this resource can't be sorted.
    """
    names = [name.strip() for name in (sort or "").split(",")] if sort else []
    if len(names) > MOST_SORTS:
        raise bad_parameter("sort", "too_many", _("Eight sort fields are the most."))
    keys = [_key(resource, name) for name in names]
    if not keys:
        keys = [BEST_FIRST if is_search else _key(resource, resource.ordering[0])]
    if all(key.name != "id" for key in keys):
        keys.append(SortKey("id", resource.column("id"), keys[-1].is_descending))
    return tuple(keys)


def sort_text(keys: Sequence[SortKey]) -> str:
    """Write an order in its one spelling."""
    return ",".join(f"-{key.name}" if key.is_descending else key.name for key in keys)


def _key(resource: Resource, name: str) -> SortKey:
    column = name.lstrip("+-") if name[:2] not in ("--", "++", "+-", "-+") else name
    allowed = sortable(resource)
    if "@random" in allowed and RANDOM.fullmatch(column):
        return SortKey(column, TextField(), name.startswith("-"))
    if column not in allowed:
        message = _("There is no sorting by “%(name)s”; by one of: %(allowed)s.")
        shown = {"name": column, "allowed": ", ".join(sorted(allowed))}
        raise bad_parameter("sort", "unknown_field", message % shown)
    field, is_nullable = sorted_column(resource, column)
    return SortKey(column, field, name.startswith("-"), is_nullable)


@cache
def sortable(resource: Resource) -> frozenset[str]:
    """Return the names by which a resource can be sorted."""
    declared = [*resource.ordering, *resource.sorts_scanned]
    return frozenset([name.lstrip("-") for name in declared] + ["id"])


def sorted_column(resource: Resource, name: str) -> tuple[ModelField, bool]:
    """Return the column that a name sorts by, and whether it can be missing."""
    head, _dot, rest = name.partition(".")
    column = resource.column(head)
    if not rest:
        return column, column.null
    target = registry.resource_of(resource.target(head))
    return sorted_column(target, rest)[0], True
