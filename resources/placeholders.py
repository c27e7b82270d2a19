"""Placeholders in compiled SQL, filled with the values of each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, override

from django.db.models import Expression

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL, ModelField


@dataclass(frozen=True, slots=True, eq=False)
class UnboundParameter:
    """What stands in a compiled parameter list until a value is bound.

    `convert` (optional) turns the value into one of `field`, or without a field into what the
    database driver takes.
    """

    key: Hashable
    field: ModelField | None
    convert: Callable[[Any], object] | None

    def bind(self, value: object, connection: BaseDatabaseWrapper) -> object:
        """Turn a Python value into what the database driver takes.

        Raises whatever `convert` raises on a value of the wrong kind.
        """
        converted = self.convert(value) if self.convert else value
        if self.field is None:
            return converted
        return self.field.get_db_prep_value(converted, connection, prepared=False)


class Placeholder(Expression):
    """A value known only when the query runs: `Placeholder(key, field)` in place of a constant.

    SQL is compiled once with the placeholder in it; `key` looks the value up in the values bound to
    the plan, `convert` (optional) checks and converts it, and `output_field` makes it a database
    value.
    """

    def __init__(
        self,
        key: Hashable,
        output_field: ModelField,
        convert: Callable[[Any], object] | None = None,
    ) -> None:
        super().__init__(output_field=output_field)
        self.reference = UnboundParameter(key, output_field, convert)

    @override
    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> SQL:
        return "%s", [self.reference]
