"""Literals as values of the column they are compared with."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, override
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    DateTimeField,
    Field,
    FloatField,
    IntegerField,
    UUIDField,
)
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from resources.dialects import dialect
from resources.placeholders import Placeholder
from resources.query.filters.macros import macro_value
from resources.query.filters.nodes import FilterValueError, Literal, Macro
from resources.query.filters.operands import PlainField
from resources.text import composed, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from resources.types import ModelField

    type Value = Literal | Macro

TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LARGEST_INTEGER = 2**63 - 1
PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
"""A year, a month or a day, which stands for its first moment."""
NO_ID = UUID(int=0)
"""An id that no record has: what is no id is the id of none."""


class ExactNumber(PlainField):
    """A number that PostgreSQL compares with `numeric` as it was written."""

    @override
    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        return dialect().number(value)


def literal(part: Value, field: ModelField) -> Placeholder:
    """Return a literal as a placeholder, converted to the kind of the column beside it."""
    is_plain = isinstance(field, IntegerField | FloatField)
    return Placeholder(
        ("literal", part.index), PlainField() if is_plain else field, converter(field)
    )


def converter(field: ModelField) -> Callable[[Value], object]:
    """Return the function that turns a literal or macro into a value of `field`'s kind.

    It raises FilterValueError, which says where the literal stands.
    """

    def convert(part: Value) -> object:
        value = value_of(part)
        try:
            return _converted(field, value)
        except (ValueError, TypeError, OverflowError, ValidationError):
            raise _unfit(part, value, _kind(field)) from None

    return convert


class ListOf(PlainField):
    """Several values of one kind as a single parameter: an array, or JSON on SQLite."""

    def __init__(self, item: ModelField) -> None:
        self.item = item
        super().__init__()

    @override
    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        items = [self.item.get_db_prep_value(item, connection, prepared) for item in value]
        return dialect().list_parameter(items)


def each_of(convert: Callable[[Value], object]) -> Callable[[Literal], list[object]]:
    """Return the function that converts each value of a list; the empty ones are left out."""

    def convert_each(part: Literal) -> list[object]:
        return [convert(replace(part, kind="text", value=value)) for value in part.value if value]

    return convert_each


def number(part: Value) -> float:
    """Return a literal as a number; raises FilterValueError for one that is none."""
    value = value_of(part)
    try:
        return _number(value)
    except (ValueError, TypeError, OverflowError):
        raise _unfit(part, value, _("a number")) from None


def choice(choices: Sequence[str]) -> Callable[[Value], str]:
    """Return the function that checks that a literal is one of a column's choices."""

    def convert(part: Value) -> str:
        text = as_text(part)
        if text and text not in choices:
            message = _("“%(value)s” is no choice here; there are: %(choices)s.")
            shown = {"value": text, "choices": ", ".join(choices)}
            raise _wrong(part, "unknown_choice", message % shown)
        return text

    return convert


def place_among(choices: Sequence[str]) -> Callable[[Value], int]:
    """Return the function that gives a literal's place among a column's choices."""
    checked = choice(choices)

    def convert(part: Value) -> int:
        text = checked(part)
        return choices.index(text) if text else -1

    return convert


def value_of(part: Value) -> object:
    """Return a literal's value, or what a macro stands for now."""
    return macro_value(part.name, timezone.now()) if isinstance(part, Macro) else part.value


def as_text(part: Value) -> str:
    """Return a literal as text, in the form in which columns of its kind are shown."""
    return shown(value_of(part))


def in_lower_case(part: Value) -> str:
    """Return a literal as text in lower case, for names that are unique in any case."""
    return as_text(part).lower()


def shown(value: object) -> str:
    """Write a value as a text, as it is compared with texts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return number_text(value) if isinstance(value, float) else composed(str(value))


def _wrong(part: Value, code: str, message: str) -> FilterValueError:
    parameter = "" if isinstance(part, Macro) else part.parameter
    return FilterValueError(code, message, part.position or None, parameter)


def _unfit(part: Value, value: object, kind: str) -> FilterValueError:
    message = _("“%(value)s” can't be compared with %(kind)s.")
    return _wrong(part, "wrong_kind", message % {"value": value, "kind": kind})


def _converted(field: Field[object, object], value: object) -> object:
    if isinstance(field, DateTimeField):
        return _moment(value)
    if isinstance(field, BooleanField):
        return _truth(value)
    if isinstance(field, IntegerField | FloatField):
        return _number(value)
    if isinstance(field, UUIDField):
        return _id(value)
    return shown(value)


def _id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        return NO_ID


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in TRUTHS:
        raise ValueError(value)
    return TRUTHS[str(value).lower()]


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    partial = PARTIAL.fullmatch(value)
    if partial:
        year, month, day = (int(part or 1) for part in partial.groups())
        return datetime(year, month, day, tzinfo=UTC)
    moment = parse_datetime(value)
    if moment is None:
        raise ValueError(value)
    # A zone can carry it out of the years that there are.
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        raise TypeError(value)
    if isinstance(value, str) and not value.isascii():  # digits of any script would be read
        raise ValueError(value)
    number = value if isinstance(value, int) else float(value)
    if not isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise ValueError(value)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _kind(field: Field[object, object]) -> str:
    if isinstance(field, DateTimeField):
        return _("a time")
    if isinstance(field, BooleanField):
        return _("true or false")
    if isinstance(field, IntegerField | FloatField):
        return _("a number")
    return _("a text")
