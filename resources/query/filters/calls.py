"""Functions of the filter grammar: `geoDistance` and `strftime`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, DateTimeField, Expression, FloatField, Q, TextField, Value, When
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin
from django.utils.translation import gettext as _

from resources.query.filters.conditions import IsNull
from resources.query.filters.conversions import literal
from resources.query.filters.documents import JsonNumber
from resources.query.filters.nodes import Call, FilterSyntaxError, Identifier, Literal, Macro
from resources.query.filters.operands import Scalar
from resources.query.filters.times import StrfTime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models.expressions import Combinable

    type Part = Identifier | Literal | Macro | Call
    type Resolve = Callable[[Part], Scalar]

EARTH_RADIUS_KM = 6371


def called(call: Call, resolve: Resolve) -> Scalar:
    """Return a function's value; `resolve` returns what its arguments stand for.

    Raises FilterSyntaxError for an unknown function and for arguments that it can't take.
    """
    if call.name == "geoDistance" and len(call.args) == 4:
        points = [_coordinate(argument, resolve) for argument in call.args]
        return Scalar(_distance(points), FloatField(), can_be_null=True)
    if call.name == "strftime" and len(call.args) == 2:
        form, moment = call.args
        if isinstance(form, Literal) and form.kind == "text":
            return Scalar(StrfTime(_moment(moment, resolve), form), TextField())
    message = _("There is no such function, or not with these arguments: %(name)s.")
    raise FilterSyntaxError("unknown_function", message % {"name": call.name}, call.position)


def _coordinate(part: Part, resolve: Resolve) -> Combinable:
    if isinstance(part, Literal):
        if part.kind == "number":
            return literal(part, FloatField())
        raise _wrong_argument(part, _("geoDistance takes numbers: longitude and latitude, twice."))
    value = resolve(part)
    if value.document is not None:
        return value.document(JsonNumber)
    if value.is_number:
        return value.expression
    raise _wrong_argument(part, _("geoDistance takes numbers: longitude and latitude, twice."))


def _moment(part: Part, resolve: Resolve) -> Combinable:
    if isinstance(part, Macro) and not part.is_number:
        return literal(part, DateTimeField())
    if isinstance(part, Literal) and part.kind == "text":
        return literal(part, DateTimeField())
    value = resolve(part) if isinstance(part, Identifier) else None
    if value is not None and isinstance(value.field, DateTimeField):
        return value.expression
    raise _wrong_argument(part, _("strftime formats a time."))


def _wrong_argument(part: Part, message: str) -> FilterSyntaxError:
    return FilterSyntaxError("wrong_argument", message, part.position)


def _distance(operands: Sequence[object]) -> Expression:
    """Return the distance of two points in km, by the spherical law of cosines."""
    lon_a, lat_a, lon_b, lat_b = (Radians(operand) for operand in operands)
    across = Sin(lat_a) * Sin(lat_b) + Cos(lat_a) * Cos(lat_b) * Cos(lon_b - lon_a)
    # Rounding can carry the cosine of no distance past 1.
    cosine = Least(Greatest(across, Value(-1.0)), Value(1.0), output_field=FloatField())
    # To PostgreSQL the least of nothing and 1 is 1.
    return Case(When(Q(IsNull(across)), then=None), default=ACos(cosine) * EARTH_RADIUS_KM)
