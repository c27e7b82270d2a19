"""Literals as values of the column they are compared with."""

from __future__ import annotations

from datetime import UTC, datetime, time
from math import isfinite
from typing import TYPE_CHECKING, Any

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
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from resources.filters.macros import macro_value
from resources.filters.nodes import FilterValueError, Literal, Macro

if TYPE_CHECKING:
    from collections.abc import Callable

TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LARGEST_INTEGER = 2**63 - 1


def converter(field: Field[Any, Any]) -> Callable[[Any], Any]:
    """Give the function that turns a literal or macro into a value of `field`'s kind.

    It raises FilterValueError, which says where the literal stands.
    """

    def convert(part: Literal | Macro) -> Any:
        value = macro_value(part.name, timezone.now()) if isinstance(part, Macro) else part.value
        try:
            return _converted(field, value)
        except (ValueError, TypeError, OverflowError, ValidationError):
            message = _("“%(value)s” can't be compared with %(kind)s.")
            shown = {"value": value, "kind": _kind(field)}
            parameter = "" if isinstance(part, Macro) else part.parameter
            raise FilterValueError(
                "wrong_kind", message % shown, part.position or None, parameter
            ) from None

    return convert


def as_text(part: Literal | Macro) -> str:
    """Give a literal as text, whatever it is."""
    value = macro_value(part.name, timezone.now()) if isinstance(part, Macro) else part.value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _converted(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, DateTimeField):
        return _moment(value)
    if isinstance(field, BooleanField):
        return _truth(value)
    if isinstance(field, IntegerField | FloatField):
        return _number(value)
    if isinstance(field, UUIDField):
        return field.to_python(str(value))
    return as_text(Literal("text", value, 0)) if not isinstance(value, str) else value


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in TRUTHS:
        raise ValueError(value)
    return TRUTHS[str(value).lower()]


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    moment = parse_datetime(value)
    if moment is None:
        day = parse_date(value)
        if day is None:
            raise ValueError(value)
        moment = datetime.combine(day, time.min)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        raise TypeError(value)
    number = float(value)
    if not isfinite(number) or abs(number) > LARGEST_INTEGER:
        raise ValueError(value)
    return int(number) if number.is_integer() else number


def _kind(field: Field[Any, Any]) -> str:
    if isinstance(field, DateTimeField):
        return _("a time")
    if isinstance(field, BooleanField):
        return _("true or false")
    if isinstance(field, IntegerField | FloatField):
        return _("a number")
    if isinstance(field, UUIDField):
        return _("an id")
    return _("a text")
