"""Conditions on the values of a JSON array, such as tags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, override

from django.db.models import Func, TextField

from resources.filters.conditions import Condition
from resources.filters.conversions import as_text
from resources.filters.nodes import Literal, Macro
from resources.filters.text import like_pattern
from resources.slots import Slot

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

PLAIN = {"=": "{v} = {x}", "!=": "{v} <> {x}", ">": "{v} > {x}", ">=": "{v} >= {x}"}
PLAIN |= {"<": "{v} < {x}", "<=": "{v} <= {x}"}
SQLITE = PLAIN | {"~": "{v} LIKE {x} ESCAPE '\\'", "!~": "{v} NOT LIKE {x} ESCAPE '\\'"}
POSTGRESQL = PLAIN | {"~": "{v} ILIKE {x} ESCAPE '\\'", "!~": "{v} NOT ILIKE {x} ESCAPE '\\'"}


class ListHolds(Condition):
    """Whether a JSON array holds a value for which a comparison is true (or false, if negated)."""

    arity = 2

    def __init__(
        self, source: Any, operator: str, right: Literal | Macro, *, is_negated: bool = False
    ) -> None:
        self.operator = operator
        self.is_negated = is_negated
        super().__init__(source, self._slot(operator, right))

    @staticmethod
    def _slot(operator: str, right: Literal | Macro) -> Slot:
        is_pattern = operator in ("~", "!~")

        def convert(part: Literal | Macro) -> str:
            return like_pattern(as_text(part)) if is_pattern else as_text(part)

        return Slot(("literal", right.index), TextField(), convert)

    @staticmethod
    def json_slot(right: Literal | Macro) -> JsonScalar:
        """Give a literal as a value that compares with one inside a document."""
        return JsonScalar(Slot(("literal", right.index), TextField(), json_text))

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, Any]:
        """Look through the array."""
        return self._any_of(compiler, "JSON_EACH({list}) AS item", "item.value", SQLITE)

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: Any
    ) -> tuple[str, Any]:
        """Ask the GIN index for plain membership; look through the array for the rest."""
        if self.operator == "=" and not self.is_negated:
            source, right = map(compiler.compile, self.get_source_expressions())
            sql = f"({source[0]} @> JSONB_BUILD_ARRAY({right[0]}::text))"
            return sql, [*source[1], *right[1]]
        items = "JSONB_ARRAY_ELEMENTS_TEXT({list}) AS item(value)"
        return self._any_of(compiler, items, "item.value", POSTGRESQL)

    def _any_of(
        self, compiler: SQLCompiler, items: str, value: str, signs: dict[str, str]
    ) -> tuple[str, Any]:
        source, right = map(compiler.compile, self.get_source_expressions())
        test = signs[self.operator].format(v=value, x=right[0])
        test = f"NOT ({test})" if self.is_negated else test
        values = items.format(list=source[0])
        sql = " ".join(("EXISTS (SELECT 1 FROM", values, "WHERE", test, ")"))
        return sql, [*source[1], *right[1]]


class JsonScalar(Func):
    """A literal written as JSON, taken as a value."""

    arity = 1
    template = "JSON_EXTRACT(%(expressions)s, '$')"

    def __init__(self, source: Any) -> None:
        super().__init__(source, output_field=TextField())

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """PostgreSQL compares documents themselves."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)::jsonb", **context)


def json_text(part: Literal | Macro) -> str:
    """Write a literal as JSON."""
    if isinstance(part, Macro):
        return json.dumps(as_text(part))
    return json.dumps(part.value)
