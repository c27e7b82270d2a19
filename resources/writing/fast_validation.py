"""Fast-path validation of JSON scalars.

Anything unusual falls back to Django REST framework, which alone produces error messages.
"""

from __future__ import annotations

from types import FunctionType
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

    type Validator = Callable[[object], object]

UNBOUNDED = float("inf")
WORDING = frozenset({ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator})
VISIBLE = {require_visible_line: is_visible_line, require_visible_text: is_visible_text}


class NeedsFullValidation(Exception):
    """A value is unusual, which does not make it wrong: the field itself has to decide."""


def fast_validators(fields: Mapping[str, object]) -> Mapping[str, Validator]:
    """Return a validator for each field: it turns a JSON value into the column's value.

    It raises NeedsFullValidation, ValidationError or SkipField for any other value.
    """
    return {
        name: FAST_VALIDATORS.get(type(field), _full_validation)(field)
        for name, field in fields.items()
    }


def _full_validation(field: Any) -> Validator:
    validate: Validator = field.run_validation
    return validate


def _text(field: serializers.CharField) -> Validator:
    bounds = _bounds(field, MinLengthValidator, MaxLengthValidator, WORDING)
    if bounds is None:
        return _full_validation(field)
    least, most = bounds
    functions = [each for each in field.validators if type(each) is FunctionType]
    is_visible = next((VISIBLE[each] for each in functions if each in VISIBLE), bool)

    def validate(value: Any) -> object:
        is_fitting = type(value) is str and value and least <= len(value) <= most
        if (
            not is_fitting
            or not is_visible(value)
            or value != value.strip()
            or "\x00" in value
            or not _has_utf8(value)
        ):
            raise NeedsFullValidation
        return value

    return validate


def _has_utf8(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _whole_number(field: object) -> Validator:
    bounds = _bounds(field, MinValueValidator, MaxValueValidator)
    if bounds is None:
        return _full_validation(field)
    least, most = bounds

    def validate(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise NeedsFullValidation
        return value

    return validate


def _choice(field: serializers.ChoiceField) -> Validator:
    if field.validators:
        return _full_validation(field)
    choices = {name: value for name, value in field.choice_strings_to_values.items() if name}

    def validate(value: object) -> object:
        if type(value) is not str or value not in choices:
            raise NeedsFullValidation
        return choices[value]

    return validate


def _truth(field: serializers.BooleanField) -> Validator:
    if field.validators:
        return _full_validation(field)

    def validate(value: object) -> bool:
        if type(value) is not bool:
            raise NeedsFullValidation
        return value

    return validate


def _bounds(
    field: Any, least: type, most: type, others: frozenset[type] = frozenset()
) -> tuple[float, float] | None:
    """Return the bounds that a field's validators set; None if they ask for anything else."""
    found = {least: -UNBOUNDED, most: UNBOUNDED}
    for validator in field.validators:
        if type(validator) in found and isinstance(validator.limit_value, int):
            tighter = max if type(validator) is least else min
            found[type(validator)] = tighter(found[type(validator)], validator.limit_value)
        elif type(validator) not in others and validator not in tuple(VISIBLE):
            return None
    return found[least], found[most]


FAST_VALIDATORS: Mapping[type, Callable[[Any], Validator]] = {
    serializers.BooleanField: _truth,
    serializers.CharField: _text,
    serializers.ChoiceField: _choice,
    serializers.IntegerField: _whole_number,
}
