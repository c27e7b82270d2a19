"""Functions of text and numbers that mean the same on SQLite and PostgreSQL.

SQLite knows the letters of ASCII alone, so every connection gets functions written in Python
(`resources.dialects.sqlite`); PostgreSQL has its own (version 18 or later).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db.models import Func, IntegerField, TextField

from resources.query.filters.conditions import Condition

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL


LETTERS = 'COLLATE "pg_unicode_fast"'
"""PostgreSQL's rules of upper and lower case, the same in every database."""

BYTES = 'COLLATE "C"'
"""The order of code points, as SQLite has it."""


class TextFunction(Func):
    """A function of one text that SQLite has from us."""

    arity = 1

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=TextField())


class Folded(TextFunction):
    """A text as it is compared without regard to case."""

    function = "TEXT_FOLDED"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Use Unicode's full case folding."""
        return self.as_sql(
            compiler,
            connection,
            template=f"(CASEFOLD(%(expressions)s {LETTERS}) {BYTES})",
            **context,
        )


class Lowered(TextFunction):
    """A text in lower case."""

    function = "TEXT_LOWER"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Use Unicode's full case mapping."""
        return self.as_sql(
            compiler, connection, template=f"(LOWER(%(expressions)s {LETTERS}) {BYTES})", **context
        )


class NumberText(TextFunction):
    """A number that may have a fraction, as text: `10`, `0.5`."""

    function = "TEXT_OF_NUMBER"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Leave it to PostgreSQL, whose form this is."""
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)::float8::text", **context
        )


class CastText(TextFunction):
    """A whole number or an id as text."""

    template = "CAST(%(expressions)s AS TEXT)"


class TruthText(TextFunction):
    """A truth as `1` or `0`."""

    template = "CAST(%(expressions)s AS TEXT)"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Write `true` as 1."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)::int::text", **context)


class TruthNumber(Func):
    """A truth as the number 1 or 0."""

    arity = 1
    template = "%(expressions)s"

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=IntegerField())

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """PostgreSQL has real booleans."""
        return self.as_sql(compiler, connection, template="(%(expressions)s)::int", **context)


class Like(Condition):
    """Whether a folded text matches a folded pattern, in which a backslash escapes."""

    arity = 2
    arg_joiner = " LIKE "
    template = "(%(expressions)s ESCAPE '\\')"


class Contains(Condition):
    """Whether a text contains another one, which is no pattern."""

    arity = 2
    template = "(INSTR(%(expressions)s) > 0)"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Search by PostgreSQL's name for it."""
        return self.as_sql(
            compiler, connection, template="(STRPOS(%(expressions)s) > 0)", **context
        )


class Ordinal(Func):
    """The place of a choice among the declared ones, from 0; null for any other value."""

    arity = 1

    def __init__(self, source: object, choices: tuple[str, ...]) -> None:
        self.choices = choices
        super().__init__(source, output_field=IntegerField())

    @override
    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        *_parts: object,
        **_context: object,
    ) -> SQL:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        cases = " ".join(f"WHEN %s THEN {number}" for number in range(len(self.choices)))
        return f"(CASE {sql} {cases} END)", [*params, *self.choices]


class ByCodePoint(Func):
    """A text that is put in order by its code points, as SQLite does."""

    arity = 1
    template = "(%(expressions)s)"

    def __init__(self, source: object) -> None:
        super().__init__(source, output_field=TextField())

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: str
    ) -> SQL:
        """Set aside whatever order the database was made with."""
        return self.as_sql(compiler, connection, template=f"((%(expressions)s) {BYTES})", **context)
