"""One value compared with another: what that means for each two kinds of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, FloatField, IntegerField, Q, TextField, Value
from django.db.models.functions import Coalesce, Lower

from resources.placeholders import Placeholder
from resources.query.filters.conditions import (
    Compared,
    ConstantCondition,
    IsEmpty,
    IsNull,
    NegatedCondition,
    OneOf,
    Same,
)
from resources.query.filters.conversions import (
    ExactNumber,
    ListOf,
    as_text,
    choice,
    converter,
    each_of,
    in_lower_case,
    literal,
    number,
    place_among,
)
from resources.query.filters.documents import JsonNumber, JsonString
from resources.query.filters.functions import (
    ByCodePoint,
    Contains,
    Folded,
    Like,
    Ordinal,
    TruthNumber,
)
from resources.query.filters.nodes import Call, Identifier, Literal, Macro
from resources.query.filters.operands import PlainField
from resources.query.filters.text import like_pattern
from resources.text import folded

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    from resources.query.filters.operands import DocumentPart, Scalar
    from resources.types import ModelField

type Part = Identifier | Literal | Macro | Call

POSITIVE = {"!=": "=", "!~": "~"}


def asks_for_nothing(operator: str, right: Part) -> bool:
    """Return whether a comparison is `= null` or `= ""`."""
    return operator == "=" and isinstance(right, Literal) and right.is_empty


def is_hopeless(operator: str, right: Part) -> bool:
    """Return whether a comparison never holds: null is no text to look for, and in no order."""
    is_null = isinstance(right, Literal) and right.value is None
    return is_null and operator not in ("=", "!=")


def compare_with_literal(left: Scalar, operator: str, right: Literal | Macro) -> Q:
    """Compare a value with a literal."""
    if operator in POSITIVE:
        return Q(NegatedCondition(compare_with_literal(left, POSITIVE[operator], right)))
    if operator == "~":
        pattern = Placeholder(
            ("literal", right.index),
            TextField(),
            lambda part: folded(like_pattern(as_text(part))),
        )
        return Q(Like(Folded(left.shown()), pattern))
    if operator == "in" and isinstance(right, Literal):
        return _one_of(left, right)
    if left.document is not None:
        return _document_with_literal(left, left.document, operator, right)
    if asks_for_nothing(operator, right):
        return _is_empty(left)
    return _column_with_literal(left, operator, right)


def _one_of(left: Scalar, right: Literal) -> Q:
    """Look for a value in a list; an empty item stands for what is missing."""
    field = TextField() if left.is_text or left.document is not None else left.field
    if left.is_any_case:
        placeholder = Placeholder(("literal", right.index), ListOf(field), each_of(in_lower_case))
        return Q(OneOf(Lower(left.expression), placeholder))
    convert = choice(left.choices) if left.choices else converter(field)
    is_plain = isinstance(field, IntegerField | FloatField)
    item = PlainField() if is_plain else field
    placeholder = Placeholder(("literal", right.index), ListOf(item), each_of(convert))
    found = Q(OneOf(left.text, placeholder))
    return found | _is_empty(left) if "" in right.value else found


def _column_with_literal(left: Scalar, operator: str, right: Literal | Macro) -> Q:
    if left.choices:
        return _choice_with_literal(left, operator, right)
    if left.is_any_case and operator == "=":
        lowered = Placeholder(("literal", right.index), TextField(), in_lower_case)
        return Q(Compared(Lower(left.expression), "=", lowered))
    if left.is_text:
        return _compared(left, operator, literal(right, TextField()))
    if isinstance(right, Literal) and right.value == "":
        return Q(ConstantCondition(is_true=False))
    return _compared(left, operator, literal(right, left.field))


def _choice_with_literal(left: Scalar, operator: str, right: Literal | Macro) -> Q:
    """Compare a choice, whose order is the declared one."""
    key = ("literal", right.index)
    if operator == "=":
        return Q(Compared(left.text, "=", Placeholder(key, TextField(), choice(left.choices))))
    ordinal = Placeholder(key, PlainField(), place_among(left.choices))
    return Q(Compared(Ordinal(left.text, left.choices), operator, ordinal))


def _document_with_literal(
    left: Scalar, document: DocumentPart, operator: str, right: Literal | Macro
) -> Q:
    """Compare a value inside a document: only values of the literal's own kind can fit."""
    if isinstance(right, Literal) and right.value is None:
        return left.is_missing()
    is_number = right.is_number if isinstance(right, Macro) else right.kind in ("number", "bool")
    if is_number:
        placeholder = Placeholder(("literal", right.index), ExactNumber(), number)
        return Q(Compared(document(JsonNumber), operator, placeholder))
    if left.choices:
        return _choice_with_literal(left, operator, right)
    text = Placeholder(("literal", right.index), TextField(), as_text)
    return Q(Compared(ByCodePoint(document(JsonString)), operator, text))


def compare_scalars(left: Scalar, operator: str, right: Scalar) -> Q:
    """Compare two values of a row."""
    if operator in POSITIVE:
        if operator == "!~":
            return Q(NegatedCondition(Q(_contains(left, right)))) & ~Q(IsNull(right.shown()))
        return Q(NegatedCondition(compare_scalars(left, "=", right)))
    if operator == "~":
        return Q(_contains(left, right))
    if left.document is not None or right.document is not None:
        return _with_document(left, operator, right)
    if left.is_number and right.is_number:
        return _alike(_number(left), operator, _number(right), _is_nullable(left, right))
    if _is_same_kind(left.field, right.field):
        return _alike(left.expression, operator, right.expression, _is_nullable(left, right))
    if left.choices and left.choices == right.choices and operator != "=":
        places = Ordinal(left.text, left.choices), Ordinal(right.text, right.choices)
        return Q(Compared(places[0], operator, places[1]))
    return _as_texts(left, operator, right)


def _with_document(left: Scalar, operator: str, right: Scalar) -> Q:
    """Compare a value inside a document with another value: numbers, texts, or nothing at all."""
    holds = Q(Compared(_json_number(left), operator, _json_number(right)))
    holds |= Q(Compared(ByCodePoint(_json_text(left)), operator, _json_text(right)))
    if operator == "=":
        holds |= left.is_missing() & right.is_missing()
    return holds


def _json_number(scalar: Scalar) -> Combinable:
    if scalar.document is not None:
        return scalar.document(JsonNumber)
    return _number(scalar) if scalar.is_number else Value(None, output_field=IntegerField())


def _json_text(scalar: Scalar) -> Combinable:
    if scalar.document is not None:
        return scalar.document(JsonString)
    return Value(None, output_field=TextField()) if scalar.is_number else scalar.shown()


def _contains(left: Scalar, right: Scalar) -> Contains:
    return Contains(Folded(left.shown()), Folded(right.shown()))


def _number(scalar: Scalar) -> Combinable:
    is_truth = isinstance(scalar.field, BooleanField)
    return TruthNumber(scalar.expression) if is_truth else scalar.expression


def _is_same_kind(one: ModelField, other: ModelField) -> bool:
    """Return whether two columns other than texts compare as they are."""
    return (
        type(one) is type(other)
        and not isinstance(one, TextField)
        and not one.choices
        and (one.get_internal_type() not in ("CharField", "TextField"))
    )


def _is_nullable(*scalars: Scalar) -> bool:
    return any(scalar.can_be_null for scalar in scalars)


def _alike(left: Combinable, operator: str, right: Combinable, nullable: bool) -> Q:
    return Q(Same(left, right) if operator == "=" and nullable else Compared(left, operator, right))


def _as_texts(left: Scalar, operator: str, right: Scalar) -> Q:
    """Compare as texts; what is missing is as an empty text."""
    if operator == "=":
        return Q(Compared(_filled(left), "=", _filled(right)))
    return Q(Compared(ByCodePoint(left.shown()), operator, right.shown()))


def _filled(scalar: Scalar) -> Combinable:
    shown = scalar.shown()
    return Coalesce(shown, Value(""), output_field=TextField()) if scalar.can_be_null else shown


def _is_empty(scalar: Scalar) -> Q:
    if scalar.document is not None:
        return scalar.is_missing()
    if not scalar.is_text:
        return Q(IsNull(scalar.expression))
    empty = Q(IsEmpty(scalar.expression))
    return empty | Q(IsNull(scalar.expression)) if scalar.can_be_null else empty


def _compared(left: Scalar, operator: str, right: Combinable) -> Q:
    expression = left.expression
    if left.is_text and operator != "=":
        expression = ByCodePoint(expression)
    return Q(Compared(expression, operator, right))
