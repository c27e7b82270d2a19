"""Conditions on the values of a list, such as tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db.models import TextField

from resources.placeholders import Placeholder
from resources.query.filters.conditions import Condition
from resources.query.filters.conversions import ExactNumber, as_text, number
from resources.query.filters.documents import NUMBER_OF, SHOWN_NUMBER
from resources.query.filters.functions import LETTERS
from resources.query.filters.nodes import Literal, Macro
from resources.query.filters.text import like_pattern
from resources.text import folded

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Combinable
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


TESTS = {
    "sqlite": {
        "number": "item.type IN ('integer', 'real', 'true', 'false') AND item.value {sign} {x}",
        "text": "item.type = 'text' AND item.value {sign} {x}",
        "match": (
            "TEXT_FOLDED(CASE WHEN item.type = 'text' THEN item.value WHEN item.type IN"
            " ('integer', 'real', 'true', 'false') THEN TEXT_OF_NUMBER(item.value) END)"
            " LIKE {x} ESCAPE '\\'"
        ),
        "empty": "item.type = 'null' OR (item.type = 'text' AND item.value = '')",
        "null": "item.type = 'null'",
    },
    "postgresql": {
        "number": "(" + NUMBER_OF.replace("{v}", "item.value") + ") {sign} {x}",
        "text": "CASE JSONB_TYPEOF(item.value) WHEN 'string' THEN item.value #>> '{{}}' END"
        ' COLLATE "C" {sign} {x}',
        "match": (
            "CASEFOLD((CASE JSONB_TYPEOF(item.value) WHEN 'string' THEN item.value #>> '{{}}'"
            f" WHEN 'number' THEN {SHOWN_NUMBER.format(v="(item.value #>> '{{}}')::numeric")}"
            " WHEN 'boolean' THEN (item.value = 'true'::jsonb)::int::text END)"
            f" {LETTERS}) LIKE {{x}} ESCAPE '\\'"
        ),
        "empty": "item.value IN ('null'::jsonb, '\"\"'::jsonb)",
        "null": "item.value = 'null'::jsonb",
    },
}
"""How one value of a list is tested; `{sign}` and `{x}` are the operator and the literal."""
ITEMS = {
    "sqlite": "JSON_EACH({list}) AS item",
    "postgresql": "JSONB_ARRAY_ELEMENTS({list}) AS item(value)",
}


class HoldsValue(Condition):
    """Whether a list holds a value for which a comparison is true, or is not (`is_negated`)."""

    def __init__(
        self,
        array: Combinable,
        operator: str,
        right: Literal | Macro,
        *,
        is_text: bool,
        is_negated: bool,
    ) -> None:
        self.operator = operator
        self.is_text = is_text
        self.is_negated = is_negated
        self.test, placeholders = _test(operator, right, is_text=is_text)
        super().__init__(array, *placeholders)

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Look through the list."""
        return self._looked_through(compiler, "sqlite")

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """Ask the GIN index for plain membership; look through the list for the rest."""
        is_membership = self.test == "text" and self.operator == "=" and not self.is_negated
        if is_membership and self.is_text:
            source, right = map(compiler.compile, self.get_source_expressions())
            sql = f"({source[0]} @> JSONB_BUILD_ARRAY({right[0]}::text))"
            return sql, [*source[1], *right[1]]
        return self._looked_through(compiler, "postgresql")

    def _looked_through(self, compiler: SQLCompiler, vendor: str) -> SQL:
        source, *rights = map(compiler.compile, self.get_source_expressions())
        literal = rights[0][0] if rights else ""
        test = TESTS[vendor][self.test].format(sign=self.operator, x=literal)
        holds = f"({test}) IS NOT TRUE" if self.is_negated else f"({test})"
        items = ITEMS[vendor].format(list=source[0])
        sql = " ".join(("EXISTS (SELECT 1 FROM", items, "WHERE", holds, ")"))
        return sql, [*source[1], *(value for _sql, params in rights for value in params)]


class IsEmptyList(Condition):
    """Whether a list has no values."""

    arity = 1
    template = "(COALESCE(JSON_ARRAY_LENGTH(%(expressions)s), 0) = 0)"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Count by PostgreSQL's name for it."""
        template = "(COALESCE(JSONB_ARRAY_LENGTH(%(expressions)s), 0) = 0)"
        return self.as_sql(compiler, connection, template=template, **context)


def _test(operator: str, right: Literal | Macro, *, is_text: bool) -> tuple[str, list[Placeholder]]:
    """Choose how a value is tested, and what the literal is for that."""
    key = ("literal", right.index)
    if operator == "~":
        return "match", [
            Placeholder(key, TextField(), lambda part: folded(like_pattern(as_text(part))))
        ]
    if isinstance(right, Literal) and right.is_empty and operator == "=":
        return ("empty" if is_text else "null" if right.value is None else "text"), (
            [] if is_text or right.value is None else [Placeholder(key, TextField(), as_text)]
        )
    is_number = right.is_number if isinstance(right, Macro) else right.kind in ("number", "bool")
    if is_number and not is_text:
        return "number", [Placeholder(key, ExactNumber(), number)]
    return "text", [Placeholder(key, TextField(), as_text)]
