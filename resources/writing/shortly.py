"""What clients send, taken in one step where it is plainly right.

Django REST framework decides about everything else, so that every error is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from resources.visible_text import (
    is_visible_line,
    is_visible_text,
    require_visible_line,
    require_visible_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Taking = Callable[[Any], Any]

UNBOUNDED = float("inf")
WORDING = frozenset({ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator})
VISIBLE = {require_visible_line: is_visible_line, require_visible_text: is_visible_text}


class NotPlainError(Exception):
    """A value is not plainly right, which does not make it wrong."""


def takings(fields: Mapping[str, Any]) -> Mapping[str, Taking]:
    """Return for each field what makes a column's value of a plainly right one.

    It raises NotPlainError, ValidationError or SkipField for the others.
    """
    return {name: TAKINGS.get(type(field), _by_itself)(field) for name, field in fields.items()}


def _by_itself(field: Any) -> Taking:
    taking: Taking = field.run_validation
    return taking


def _text(field: Any) -> Taking:
    bounds = _bounds(field, MinLengthValidator, MaxLengthValidator, WORDING)
    if bounds is None:
        return _by_itself(field)
    least, most = bounds
    is_visible = next((VISIBLE[each] for each in field.validators if each in VISIBLE), bool)

    def take(value: Any) -> Any:
        is_fitting = type(value) is str and value and least <= len(value) <= most
        if (
            not is_fitting
            or not is_visible(value)
            or value != value.strip()
            or "\x00" in value
            or not _has_utf8(value)
        ):
            raise NotPlainError
        return value

    return take


def _has_utf8(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _whole_number(field: Any) -> Taking:
    bounds = _bounds(field, MinValueValidator, MaxValueValidator)
    if bounds is None:
        return _by_itself(field)
    least, most = bounds

    def take(value: Any) -> Any:
        if type(value) is not int or not least <= value <= most:
            raise NotPlainError
        return value

    return take


def _choice(field: Any) -> Taking:
    if field.validators:
        return _by_itself(field)
    choices = {name: value for name, value in field.choice_strings_to_values.items() if name}

    def take(value: Any) -> Any:
        if type(value) is not str or value not in choices:
            raise NotPlainError
        return choices[value]

    return take


def _truth(field: Any) -> Taking:
    if field.validators:
        return _by_itself(field)

    def take(value: Any) -> Any:
        if type(value) is not bool:
            raise NotPlainError
        return value

    return take


def _bounds(
    field: Any, least: type, most: type, others: frozenset[type] = frozenset()
) -> tuple[float, float] | None:
    """Return the bounds that a field's validators set; None if they ask for anything else."""
    found = {least: -UNBOUNDED, most: UNBOUNDED}
    for validator in field.validators:
        if type(validator) in found and isinstance(validator.limit_value, int):
            tighter = max if type(validator) is least else min
            found[type(validator)] = tighter(found[type(validator)], validator.limit_value)
        elif type(validator) not in others and validator not in VISIBLE:
            return None
    return found[least], found[most]


TAKINGS: Mapping[type, Callable[[Any], Taking]] = {
    serializers.BooleanField: _truth,
    serializers.CharField: _text,
    serializers.ChoiceField: _choice,
    serializers.IntegerField: _whole_number,
}
