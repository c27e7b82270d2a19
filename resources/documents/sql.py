"""JSON built by the database: a document of columns as one SQL expression.

The same expression answers REST, expand and realtime, so a record has one shape everywhere.
Values come out alike on both databases: dashed UUIDs, RFC 3339 times in UTC with microseconds,
real booleans and embedded documents.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, override

from django.core.exceptions import EmptyResultSet
from django.db.models import (
    BooleanField,
    DateTimeField,
    Expression,
    F,
    Field,
    Func,
    IntegerField,
    JSONField,
    Subquery,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.expressions import Col
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Combinable
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL

    type Piece = str | SQL
    """Of a text: a constant, or an expression that is never null."""


class Written(Func):
    """A member of a document that on SQLite comes as the JSON that is to stand there."""


class JsonObject(Written):
    """A JSON object with the given keys: `JsonObject({"id": F("id")})`.

    On SQLite its text is concatenated, which takes three quarters of the time of `JSON_OBJECT`.
    """

    function = "JSON_BUILD_OBJECT"

    def __init__(self, members: Mapping[str, object]) -> None:
        arguments: list[object] = []
        for key, expression in members.items():
            arguments += [Value(key), expression]
        super().__init__(*arguments, output_field=TextField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Concatenate the keys with what the members come to; append a nested one."""
        pieces: list[Piece] = ["{"]
        nested: Expression | None = None
        for number, (key, member) in enumerate(self.members):
            pieces.append(f"{',' if number else ''}{json.dumps(key)}:")
            if isinstance(member, NestedDocument):
                nested = member
            else:
                pieces += _pieces(member, compiler)
        if nested is None:
            return _concatenated([*pieces, "}"])
        sql, params = _concatenated(pieces)
        nested_sql, nested_params = compiler.compile(nested)
        return f"{sql} || {nested_sql} || '}}'", [*params, *nested_params]

    @property
    def members(self) -> Sequence[tuple[str, Expression]]:
        """Return the keys with their expressions."""
        parts = self.get_source_expressions()
        return [(key.value, member) for key, member in zip(parts[::2], parts[1::2], strict=True)]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Use `json` rather than `jsonb`, which would sort the keys and cost more."""
        return self.as_sql(compiler, connection, **context)


class NestedDocument(JsonObject):
    """A document of documents; it is the last member of the one that it is in.

    On SQLite `||` concatenates it: before 3.46 its parser's stack has a hundred places, of which a
    call takes five where `||` takes two.
    """

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Concatenate the members, which are JSON and never null."""
        parts, params = [], []
        for number, (key, member) in enumerate(self.members):
            sql, its_params = compiler.compile(member)
            parts += ["%s", sql]
            params += [f"{',' if number else '{'}{json.dumps(key)}:", *its_params]
        return " || ".join([*parts, "'}'"]), params


def _concatenated(pieces: Iterable[Piece]) -> SQL:
    """Return SQLite's expression of a text in pieces; constants in a row are one argument."""
    arguments: list[str] = []
    params: list[object] = []
    follows_constant = False
    for piece in pieces:
        if not isinstance(piece, str):
            sql, its_params = piece
            arguments.append(sql)
            params += its_params
        elif follows_constant:
            params[-1] = f"{params[-1]}{piece}"
        else:
            arguments.append("%s")
            params.append(piece)
        follows_constant = isinstance(piece, str)
    return f"CONCAT({', '.join(arguments)})", params


def _pieces(member: Expression, compiler: SQLCompiler) -> Sequence[Piece]:
    """Return what a member is as JSON on SQLite."""
    if isinstance(member, JsonTime):
        return [member.quoted(compiler)]
    sql, params = compiler.compile(member)
    if isinstance(member, Written):
        return [(sql, params)]
    field = member.output_field
    if isinstance(field, IntegerField):
        return [(f"COALESCE({sql}, 'null')", params)]
    if isinstance(field, UUIDField) and isinstance(member, Col) and not member.target.null:
        return ['"', (sql, params), '"']
    return [(f"JSON_QUOTE({sql})", params)]


class Embedded(Written):
    """A JSON text taken as JSON rather than as a string."""

    template = "COALESCE(%(expressions)s, 'null')"
    arity = 1

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=TextField())

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """Leave it as it is: PostgreSQL keeps the type through subqueries."""
        return compiler.compile(self.get_source_expressions()[0])


class Replaced(Written):
    """A document in which one text stands for another: `Replaced(document, old, new)`."""

    function = "REPLACE"
    arity = 3

    def __init__(self, document: object, old: object, new: object) -> None:
        super().__init__(document, old, new, output_field=TextField())

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """Turn the document into text and back."""
        document, *texts = self.get_source_expressions()
        as_text = Cast(document, TextField())
        replaced = Func(as_text, *texts, function=self.function, output_field=TextField())
        sql, params = compiler.compile(replaced)
        return f"({sql})::json", params


class DocumentList(Subquery):
    """A JSON array of the documents that a query finds, in its order.

    The query selects one column, `document`.
    """

    template = "(SELECT '[' || COALESCE(GROUP_CONCAT(\"document\"), '') || ']' FROM (%(subquery)s))"

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        template: str | None = None,
        nothing: str = "'[]'",
        **context: str,
    ) -> SQL:
        try:
            return super().as_sql(compiler, connection, template, **context)
        except EmptyResultSet:
            return nothing, ()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Keep the order by an array, which PostgreSQL promises."""
        template = "ARRAY_TO_JSON(ARRAY(%(subquery)s))"
        return self.as_sql(compiler, connection, template=template, nothing="'[]'::json", **context)


class JsonTime(Func):
    """A moment as RFC 3339 text in UTC, such as `2026-11-21T04:31:45.000123Z`."""

    arity = 1

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=TextField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Complete Django's stored text, which has no fraction when it is zero."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        end = f"CASE LENGTH({sql}) WHEN 19 THEN '.000000Z' ELSE 'Z' END"
        return f"REPLACE({sql}, ' ', 'T') || {end}", [*params] * 2

    def quoted(self, compiler: SQLCompiler) -> SQL:
        """Return the above as JSON on SQLite, which needs no more than quotes, or `null`."""
        sql, params = compiler.compile(self.get_source_expressions()[0])
        text = f"REPLACE(SUBSTR({sql} || '.000000', 1, 26), ' ', 'T')"
        return f"""COALESCE('"' || {text} || 'Z"', 'null')""", params

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Format in UTC whatever the session's time zone is."""
        template = (
            "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        )
        return self.as_sql(compiler, connection, template=template, **context)


class JsonBoolean(Written):
    """A truth value as JSON's own (SQLite has only 0 and 1)."""

    template = "CASE %(expressions)s WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"
    arity = 1

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=TextField())

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> SQL:
        """PostgreSQL has real booleans."""
        return compiler.compile(self.get_source_expressions()[0])


class JsonText(Cast):
    """A finished document as text, so that the driver hands it on unparsed."""

    def __init__(self, source: Expression) -> None:
        super().__init__(source, TextField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """It is text already."""
        return compiler.compile(self.get_source_expressions()[0])


class JsonBytes(JsonText):
    """A finished document as it is sent; PostgreSQL's driver hands on a text, SQLite's UTF-8."""

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: object
    ) -> SQL:
        """Have the driver decode nothing, which would only be encoded again."""
        sql, params = super().as_sqlite(compiler, connection)
        return f"CAST({sql} AS BLOB)", params


def json_value(field: Field[object, object], source: Combinable | None = None) -> Combinable:
    """Return the expression that puts a column into a document."""
    value = F(field.attname) if source is None else source
    if isinstance(field, DateTimeField):
        return JsonTime(value)
    if isinstance(field, BooleanField):
        return JsonBoolean(value)
    if isinstance(field, JSONField):
        return Embedded(value)
    return value
