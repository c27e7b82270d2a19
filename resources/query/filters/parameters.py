"""Filters by single parameters: `rarity=epic`, `like_count__gte=10`, `tags=fire`.

They become the same tree as the filter expression, so there is one way to SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CharField, JSONField, TextField
from django.utils.translation import gettext as _

from resources.errors import bad_parameter
from resources.fields import ListField, TagsField
from resources.query.filters.nodes import (
    Comparison,
    FilterSyntaxError,
    Identifier,
    Junction,
    Literal,
    Node,
    numbered,
)
from resources.query.filters.parser import parse
from resources.query.filters.text import literal_pattern
from resources.text import composed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.db.models import Field

    from resources.declaration import Resource

RESERVED = frozenset(
    {"limit", "cursor", "filter", "sort", "expand", "fields", "search", "count", "page"}
)
EVERYWHERE = {"": "=", "__ne": "!=", "__in": "one of (with commas)"}
MEMBERSHIP = {"": "has", "__ne": "has not", "__in": "has one of (with commas)"}
ORDERED = {"__gt": ">", "__gte": ">=", "__lt": "<", "__lte": "<="}
TEXTUAL = {"__contains": "~"}
SIGNS = {"": "=", "__ne": "!=", **ORDERED, **TEXTUAL}
MOST_CHOICES = 500
MOST_TAGS = 50


def suffixes_of(column: Field[object, object]) -> Mapping[str, str]:
    """Return the suffixes that a column's parameter may have, with what each means."""
    if isinstance(column, JSONField):
        return MEMBERSHIP
    if column.is_relation:
        return EVERYWHERE
    if isinstance(column, CharField | TextField):
        return EVERYWHERE | (TEXTUAL if not column.choices else {})
    return EVERYWHERE | ORDERED


def read_filters(resource: Resource, parameters: Mapping[str, Sequence[str]]) -> Node | None:
    """Read `filter` and every filter by parameter; all must hold.

    Raises Problem 400 that names the parameter, with the position for an expression.
    """
    conditions = [
        condition
        for name, values in parameters.items()
        if name not in RESERVED and name not in resource.options
        for condition in _conditions(resource, name, values)
    ]
    expression = _expression(parameters.get("filter", ()))
    if not conditions:
        return expression
    if expression is not None:
        conditions.append(expression)
    return numbered(conditions[0] if len(conditions) == 1 else Junction("and", tuple(conditions)))


def _expression(texts: Sequence[str]) -> Node | None:
    if len(texts) > 1:
        raise bad_parameter("filter", "repeated", _("Give this parameter once."))
    if not texts or not texts[0]:
        return None
    if "\x00" in texts[0]:
        message, position = _("Null characters are not allowed."), texts[0].index("\x00") + 1
        raise bad_parameter("filter", "invalid", message, position)
    try:
        return parse(texts[0])
    except FilterSyntaxError as error:
        raise bad_parameter("filter", error.code, error.message, error.position) from None


def _conditions(resource: Resource, name: str, values: Sequence[str]) -> Iterator[Node]:
    column_name, underscores, rest = name.partition("__")
    suffix = f"{underscores}{rest}"
    if column_name not in (*resource.filters, *resource.scans, "id"):
        message = _("There is no such parameter or filter here.")
        raise bad_parameter(name, "unknown_parameter", message)
    column = resource.column(column_name)
    if suffix not in suffixes_of(column):
        allowed = ", ".join(column_name + known for known in suffixes_of(column))
        message = _("There is no such filter; there are: %(allowed)s.") % {"allowed": allowed}
        raise bad_parameter(name, "unknown_filter", message)
    for value in [",".join(values)] if suffix == "__in" else values:
        if "\x00" in value:
            raise bad_parameter(name, "invalid", _("Null characters are not allowed."))
        yield _condition(name, suffix, column, value)


def _condition(name: str, suffix: str, column: Field[object, object], value: str) -> Node:
    identifier = Identifier((column.name,), None, name, 0)
    if suffix == "__in":
        return _one_of(name, identifier, column, value.split(","))
    if isinstance(column, TagsField) and "," in value:
        message = _("A tag has no comma: “%(name)s__in” finds what has one of several.")
        raise bad_parameter(name, "unknown_choice", message % {"name": column.name})
    shown = literal_pattern(value) if suffix == "__contains" else value
    sign = SIGNS[suffix]
    return Comparison(identifier, sign, any_match=False, right=_literal(name, shown), position=0)


def _one_of(
    name: str, identifier: Identifier, column: Field[object, object], choices: Sequence[str]
) -> Node:
    most = MOST_TAGS if isinstance(column, ListField) else MOST_CHOICES
    if len(choices) > most:
        message = _("%(most)d values are the most.") % {"most": most}
        raise bad_parameter(name, "too_many", message)
    if not isinstance(column, ListField):
        chosen = Literal("list", tuple(map(composed, choices)), 0, parameter=name)
        return Comparison(identifier, "in", any_match=False, right=chosen, position=0)
    equal = [
        Comparison(identifier, "=", any_match=False, right=_literal(name, choice), position=0)
        for choice in choices
    ]
    return equal[0] if len(equal) == 1 else Junction("or", tuple(equal))


def _literal(name: str, value: str) -> Literal:
    return Literal("text", composed(value), 0, parameter=name)
