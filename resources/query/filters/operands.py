"""What a name stands for: one value of a row, a list, or a value of several other rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, override

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
)

from resources.documents.sql import JsonTime
from resources.query.filters.conditions import ConstantCondition, IsNotFalse, IsNull
from resources.query.filters.documents import AtPath, JsonMissing, JsonShown, JsonString
from resources.query.filters.functions import CastText, NumberText, TruthText

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model
    from django.db.models.expressions import Combinable

    from resources.query.filters.functions import TextFunction
    from resources.types import ModelField

type DocumentPart = Callable[[type[AtPath]], Combinable]
"""Returns an expression for something about the value at a path of a document."""


type Masked = Callable[[Combinable], Combinable]
"""Returns an expression that is null wherever the actor may not see what it is made from."""


def as_it_is(expression: Combinable) -> Combinable:
    """Return an expression that everybody may see."""
    return expression


class PlainField(Field[object, object]):
    """A value handed to the driver as it is."""

    @override
    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        return value


@dataclass(frozen=True)
class Scalar:
    """One value per row: its SQL, its kind of column, and whether it can be missing.

    For a value inside a JSON document, `document` makes the SQL instead. `is_any_case` tells that
    the column is a natural key, whose cases are alike.
    """

    expression: Combinable
    field: ModelField
    can_be_null: bool = False
    document: DocumentPart | None = None
    is_any_case: bool = False

    @property
    def is_text(self) -> bool:
        """Return whether the column holds text (missing text is stored as an empty one)."""
        return self.document is None and isinstance(self.field, CharField | TextField)

    @property
    def is_number(self) -> bool:
        """Return whether the column holds numbers or truths, which count as 1 and 0."""
        kinds = (IntegerField, FloatField, BooleanField)
        return self.document is None and isinstance(self.field, kinds)

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the declared choices of a text, in their order."""
        if not self.is_text and self.document is None:
            return ()
        return tuple(str(value) for value, _label in self.field.flatchoices)

    @property
    def text(self) -> Combinable:
        """Return the text of a column or a document; null in a document where it is none."""
        return self.document(JsonString) if self.document is not None else self.expression

    def shown(self) -> Combinable:
        """Return the value as a text expression, written alike by both databases."""
        if self.document is not None:
            return self.document(JsonShown)
        if self.is_text:
            return self.expression
        if isinstance(self.field, DateTimeField):
            return JsonTime(self.expression)
        for kind, function in SHOWN.items():
            if isinstance(self.field, kind):
                return function(self.expression)
        return CastText(self.expression)

    def is_missing(self) -> Q:
        """Return the condition that there is no value; an empty text is none."""
        if self.document is not None:
            # Of no row at all there is not even an answer.
            return Q(IsNotFalse(self.document(JsonMissing)))
        return (
            Q(IsNull(self.expression)) if self.can_be_null else Q(ConstantCondition(is_true=False))
        )

    def read_through(self, rows: QuerySet[Model], masked: Masked = as_it_is) -> Scalar:
        """Return the same of the one row in `rows`, as `masked` lets it be seen."""
        document = self.document
        if document is not None:

            def part_through(part: type[AtPath]) -> Combinable:
                return masked(Subquery(rows.values(value=document(part))))

            return replace(self, can_be_null=True, document=part_through)
        value = Subquery(rows.values(value=self.expression), output_field=self.field)
        return replace(self, can_be_null=True, expression=masked(value))


SHOWN: dict[type[ModelField], type[TextFunction]] = {
    FloatField: NumberText,
    BooleanField: TruthText,
}


@dataclass(frozen=True)
class Listed:
    """A list inside one row; `is_plain_text` when it is a column of texts, such as tags.

    `is_each` when each value is asked (`:each`), rather than whether one is among them.
    """

    array: Combinable
    is_plain_text: bool = False
    is_each: bool = False

    def read_through(self, rows: QuerySet[Model], masked: Masked = as_it_is) -> Listed:
        """Return the list of the one row in `rows`, as `masked` lets it be seen."""
        value = Subquery(rows.values(value=self.array), output_field=PlainField())
        return replace(self, array=masked(value))


type Single = Scalar | Listed


@dataclass(frozen=True)
class Many:
    """A value of several rows: `rows` point here by their column `link`, `inner` is of one of them.

    Two operands with the same `path` speak of the same rows.
    """

    path: str
    rows: QuerySet[Model]
    link: str
    inner: Single

    def outside(self, scalar: Scalar, model: type[Model]) -> Scalar:
        """Return a value of the row outside as seen from one of the rows, which points at it."""
        return scalar.read_through(model._default_manager.filter(pk=OuterRef(self.link)))


type Operand = Scalar | Listed | Many
