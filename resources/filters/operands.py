"""What stands beside an operator, as SQL: columns, relations' columns, documents, functions."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, override

from django.db.models import (
    CharField,
    Exists,
    Expression,
    Field,
    FloatField,
    ForeignKey,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import ACos, Cos, Greatest, Least, Lower, Radians, Sin
from django.utils.translation import gettext as _

from resources import registry
from resources.filters.conversions import as_text, converter
from resources.filters.nodes import Call, FilterSyntaxError, Identifier, Literal, Macro
from resources.reading.columns import readable_column, readable_scope, where_readable
from resources.rules import narrowed
from resources.slots import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from resources.actors import Asker
    from resources.declaration import Resource

DEEPEST_PATH = 6
EARTH_RADIUS_KM = 6371


class PlainField(Field[Any, Any]):
    """A value handed to the driver as it is."""

    @override
    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        return value


@dataclass(frozen=True)
class Scalar:
    """One value per row: its SQL, its kind of column, and whether it can be missing."""

    expression: Any
    field: Field[Any, Any]
    can_be_null: bool = False
    is_json: bool = False


@dataclass(frozen=True)
class Many:
    """Several values per row: `rows` hold them, `scalar` is one of them in terms of such a row.

    Two operands with the same `path` speak of the same rows.
    """

    path: str
    rows: QuerySet[Any] | None
    scalar: Scalar
    source: Any = None


type Operand = Scalar | Many


@dataclass(frozen=True)
class Operands:
    """Resolves names for one resource and one kind of actor."""

    resource: Resource
    actor: Asker

    def column(self, identifier: Identifier) -> Operand:
        """Give what an identifier stands for.

        Raises FilterSyntaxError with the position for a name that can't be filtered by.
        """
        if identifier.modifier in ("isset", "changed"):
            message = _("“:%(modifier)s” has no meaning in a filter.")
            raise self._unknown(identifier, message % {"modifier": identifier.modifier})
        operand = self._path(identifier, identifier.path)
        return MODIFIERS[identifier.modifier](operand) if identifier.modifier else operand

    def _path(self, identifier: Identifier, path: Sequence[str]) -> Operand:
        head, *rest = path
        if len(path) > DEEPEST_PATH + 1:
            raise self._unknown(identifier, _("A path reaches six relations at most."))
        if "_via_" in head:
            return self._back_relation(identifier, head, rest)
        if head not in (*self.resource.filters, *self.resource.scans, "id"):
            raise self._unknown(identifier, self._hint(head))
        column = self.resource.column(head)
        if not rest:
            expression = readable_column(self.resource, self.actor, head)
            is_masked = head in self.resource.readers
            kind = column.target_field if isinstance(column, ForeignKey) else column
            is_json = isinstance(column, JSONField)
            return Scalar(expression, kind, column.null or is_masked, is_json)
        if isinstance(column, JSONField):
            document = readable_column(self.resource, self.actor, head)
            return Scalar(DocumentPath(document, rest), PlainField(), True, is_json=True)
        if not column.is_relation:
            message = _("“%(name)s” has no inner fields.") % {"name": head}
            raise self._unknown(identifier, message)
        return self._relation(identifier, head, rest)

    def _relation(self, identifier: Identifier, head: str, rest: Sequence[str]) -> Operand:
        """Give a column of a relation's target, missing where the actor may not view it."""
        model = self.resource.target(head)
        if not registry.is_registered(model):
            raise self._unknown(identifier, self._hint(head))
        target = registry.resource_of(model)
        inner = Operands(target, self.actor)._path(identifier, rest)
        if isinstance(inner, Many):
            raise self._unknown(identifier, _("Back-relations can only begin a path."))
        rows = model._default_manager.filter(pk=OuterRef(self.resource.column(head).attname))
        visible = narrowed(rows, target.view.scope(self.actor, model))
        value = Subquery(visible.values(value=inner.expression), output_field=inner.field)
        shown = where_readable(self.resource, self.actor, head, value)
        return Scalar(shown, inner.field, can_be_null=True, is_json=inner.is_json)

    def _back_relation(self, identifier: Identifier, head: str, rest: Sequence[str]) -> Operand:
        """Give a column of the rows that point here: `reviews_via_template.stars`."""
        name, _via, relation = head.partition("_via_")
        source = registry.named(name.replace("_", "-"))
        if source is None or relation not in (*source.filters, *source.scans):
            raise self._unknown(identifier, self._hint(head))
        column = source.column(relation)
        if column.related_model is not self.resource.model or not rest:
            message = _("“%(name)s” must be followed by a field of what points here.")
            raise self._unknown(identifier, message % {"name": head})
        inner = Operands(source, self.actor)._path(identifier, rest)
        if isinstance(inner, Many):
            raise self._unknown(identifier, _("Back-relations can only begin a path."))
        pointing = source.model._default_manager.filter(**{column.attname: OuterRef("pk")})
        rows = narrowed(pointing, readable_scope(source, self.actor, relation))
        listed = narrowed(rows, source.rule("list").scope(self.actor, source.model))
        return Many(head, listed, inner)

    def _hint(self, name: str) -> str:
        known = [*self.resource.filters, *self.resource.scans]
        close = get_close_matches(name, known, n=1)
        message = _("“%(name)s” can't be filtered by.") % {"name": name}
        return f"{message} {_('Did you mean “%s”?') % close[0]}" if close else message

    @staticmethod
    def _unknown(identifier: Identifier, message: str) -> FilterSyntaxError:
        return FilterSyntaxError("unknown_field", message, identifier.position)


class DocumentPath(Func):
    """A value inside a JSON document: `effects.layers.0.depth`."""

    arity = 1

    def __init__(self, source: Any, path: Sequence[str]) -> None:
        self.path = tuple(path)
        super().__init__(source, output_field=PlainField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        """Give the value as SQLite's own kind of value."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        steps = "".join(f"[{step}]" if step.isdigit() else f'."{step}"' for step in self.path)
        return f"JSON_EXTRACT({sql}, %s)", [*params, f"${steps}"]

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, Any]:
        """Give the value as `jsonb`, which compares without casts that could fail."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"({sql} #> %s)", [*params, list(self.path)]


class ListLength(Func):
    """How many values a JSON array has."""

    function = "JSON_ARRAY_LENGTH"
    arity = 1

    def __init__(self, source: Any) -> None:
        super().__init__(source, output_field=IntegerField())

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Count by PostgreSQL's name for it."""
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **context)


class TextOf(Func):
    """Any value as text."""

    template = "CAST(%(expressions)s AS TEXT)"
    arity = 1

    def __init__(self, source: Any) -> None:
        super().__init__(source, output_field=TextField())


def _length(operand: Operand) -> Operand:
    scalar = _scalar(operand)
    if not isinstance(scalar.field, JSONField):
        return scalar
    return Scalar(ListLength(scalar.expression), IntegerField(), scalar.can_be_null)


def _each(operand: Operand) -> Operand:
    scalar = _scalar(operand)
    if not isinstance(scalar.field, JSONField):
        return scalar
    return Many("", None, Scalar(None, CharField()), source=scalar.expression)


def _lower(operand: Operand) -> Operand:
    if isinstance(operand, Many):
        return Many(operand.path, operand.rows, _scalar(_lower(operand.scalar)), operand.source)
    text = Lower(text_of(operand))
    return Scalar(text, TextField(), operand.can_be_null)


def _scalar(operand: Operand) -> Scalar:
    return operand.scalar if isinstance(operand, Many) else operand


MODIFIERS: Mapping[str, Callable[[Operand], Operand]] = {
    "length": _length,
    "each": _each,
    "lower": _lower,
}


def text_of(scalar: Scalar) -> Any:
    """Give a scalar as a text expression."""
    is_text = isinstance(scalar.field, CharField | TextField) and not scalar.is_json
    return scalar.expression if is_text else TextOf(scalar.expression)


def literal(part: Literal | Macro, beside: Field[Any, Any]) -> Slot:
    """Give a literal as a slot, converted to the kind of the column beside it."""
    plain = isinstance(beside, IntegerField | FloatField)
    return Slot(("literal", part.index), PlainField() if plain else beside, converter(beside))


def literal_text(part: Literal | Macro, convert: Callable[[str], str] = str) -> Slot:
    """Give a literal as a text slot, whatever its kind."""
    return Slot(("literal", part.index), TextField(), lambda value: convert(as_text(value)))


def distance(operands: Sequence[Any]) -> Expression:
    """Give the distance of two points in km, by the spherical law of cosines."""
    lon_a, lat_a, lon_b, lat_b = (Radians(operand) for operand in operands)
    across = Sin(lat_a) * Sin(lat_b) + Cos(lat_a) * Cos(lat_b) * Cos(lon_b - lon_a)
    # Rounding can carry the cosine of no distance past 1.
    cosine = Least(Greatest(across, Value(-1.0)), Value(1.0), output_field=FloatField())
    return ACos(cosine) * EARTH_RADIUS_KM


__all__ = ["Call", "Exists", "Many", "Operand", "Operands", "Scalar", "literal", "literal_text"]
