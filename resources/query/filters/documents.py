"""What stands at a path inside a JSON document, the same on both databases.

A path names members, and by digits places in a list: `effects.layers.0.depth`. What is not there
and what is `null` are the same: missing. `true` and `false` count as the numbers 1 and 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, override

from django.db.models import BooleanField, FloatField, Func, IntegerField, TextField

from resources.query.filters.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL, ModelField


NUMBER_OF = (
    "CASE JSONB_TYPEOF({v}) WHEN 'number' THEN ({v} #>> '{{}}')::numeric"
    " WHEN 'boolean' THEN ({v} = 'true'::jsonb)::int END"
)
SHOWN_NUMBER = "LEAST(GREATEST({v}, -1e308), 1e308)::float8::text"


class AtPath(Func):
    """Something about the value at a path.

    In the templates `{s}` and `{p}` are the document and the path, `{v}` is the value.
    """

    arity = 1
    sqlite: ClassVar[str]
    postgresql: ClassVar[str]
    kind: ClassVar[type[ModelField]] = TextField

    def __init__(self, source: object, path: Sequence[str] = ()) -> None:
        self.path = tuple(path)
        super().__init__(source, output_field=self.kind())

    @property
    def _steps(self) -> str:
        """Write the path; its names are those of the grammar, without quotes."""
        return "".join(f"[{int(step)}]" if step.isdigit() else f'."{step}"' for step in self.path)

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Look by SQLite's functions for JSON."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return _filled(self.sqlite, params, s=sql, p=f"'${self._steps}'")

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """Look by a strict path, for which a list has no members and an object no places."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        path = f"'strict ${self._steps}'::jsonpath"
        value = f"JSONB_PATH_QUERY_FIRST({sql}, {path}, '{{}}', true)" if self.path else sql
        return _filled(self.postgresql, params, v=value)


def _filled(template: str, params: Sequence[object], **parts: str) -> SQL:
    """Fill in a template, and repeat the parameters as often as the document stands in it."""
    times = template.count("{s}") + template.count("{v}")
    return f"({template.format(**parts)})", [*params] * times


class JsonNumber(AtPath):
    """The number, or null for what is none."""

    kind = FloatField
    sqlite = (
        "CASE WHEN JSON_TYPE({s}, {p}) IN ('integer', 'real', 'true', 'false')"
        " THEN JSON_EXTRACT({s}, {p}) END"
    )
    postgresql = NUMBER_OF


class JsonString(AtPath):
    """The text, or null for what is none."""

    sqlite = "CASE JSON_TYPE({s}, {p}) WHEN 'text' THEN JSON_EXTRACT({s}, {p}) END"
    postgresql = "CASE JSONB_TYPEOF({v}) WHEN 'string' THEN {v} #>> '{{}}' END"


class JsonShown(AtPath):
    """A text or a number as text, or null for what is neither."""

    sqlite = (
        "CASE WHEN JSON_TYPE({s}, {p}) = 'text' THEN JSON_EXTRACT({s}, {p})"
        " WHEN JSON_TYPE({s}, {p}) IN ('integer', 'real', 'true', 'false')"
        " THEN TEXT_OF_NUMBER(JSON_EXTRACT({s}, {p})) END"
    )
    postgresql = (
        "CASE JSONB_TYPEOF({v}) WHEN 'string' THEN {v} #>> '{{}}'"
        f" WHEN 'number' THEN {SHOWN_NUMBER.format(v="({v} #>> '{{}}')::numeric")}"
        " WHEN 'boolean' THEN ({v} = 'true'::jsonb)::int::text END"
    )


class JsonLength(AtPath):
    """How many values a list has; 0 for what is no list."""

    kind = IntegerField
    sqlite = "CASE JSON_TYPE({s}, {p}) WHEN 'array' THEN JSON_ARRAY_LENGTH({s}, {p}) ELSE 0 END"
    postgresql = "CASE JSONB_TYPEOF({v}) WHEN 'array' THEN JSONB_ARRAY_LENGTH({v}) ELSE 0 END"


class JsonList(AtPath):
    """The list, or an empty one for what is none."""

    sqlite = "CASE JSON_TYPE({s}, {p}) WHEN 'array' THEN JSON_EXTRACT({s}, {p}) ELSE '[]' END"
    postgresql = "CASE JSONB_TYPEOF({v}) WHEN 'array' THEN {v} ELSE '[]'::jsonb END"


class JsonMissing(AtPath, Condition):
    """Whether nothing is there, or null."""

    kind = BooleanField
    sqlite = "COALESCE(JSON_TYPE({s}, {p}), 'null') = 'null'"
    postgresql = "COALESCE(JSONB_TYPEOF({v}), 'null') = 'null'"
