"""`strftime(format, time)` on both databases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, override

from django.db.models import Func, TextField
from django.utils.translation import gettext as _

from resources.placeholders import Placeholder
from resources.query.filters.nodes import FilterValueError, Literal

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Combinable
    from django.db.models.sql.compiler import SQLCompiler

    from resources.types import SQL

LETTERS = {
    "Y": "YYYY",
    "m": "MM",
    "d": "DD",
    "H": "HH24",
    "M": "MI",
    "S": "SS",
    "j": "DDD",
    "F": "YYYY-MM-DD",
    "T": "HH24:MI:SS",
    "R": "HH24:MI",
    "%": "%",
}
DIRECTIVE = re.compile(r"%(.?)")


class StrfTime(Func):
    """A time formatted by strftime letters, empty for no time.

    Takes the letters that mean the same on both databases.
    """

    arity = 2

    def __init__(self, moment: Combinable, form: Literal) -> None:
        placeholder = Placeholder(("literal", form.index), TextField(), checked_format)
        super().__init__(placeholder, moment, output_field=TextField())

    @override
    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: str
    ) -> SQL:
        """Format by SQLite's own function."""
        template = "COALESCE(STRFTIME(%(expressions)s), '')"
        return self.as_sql(compiler, connection, template=template, **extra_context)

    def as_postgresql(
        self, compiler: SQLCompiler, _connection: BaseDatabaseWrapper, **_context: object
    ) -> tuple[str, object]:
        """Format by the same letters in PostgreSQL's words."""
        (form, form_params), (moment, moment_params) = map(
            compiler.compile, self.get_source_expressions()
        )
        letters, params = form, [*form_params]
        for letter, pattern in LETTERS.items():
            letters = f"REPLACE({letters}, %s, %s)"
            params += [f"%{letter}", pattern]
        sql = f"COALESCE(TO_CHAR({moment} AT TIME ZONE 'UTC', {letters}), '')"
        return sql, [*moment_params, *params]


def checked_format(form: Literal) -> str:
    """Return the text of a format; raises FilterValueError for letters we don't know."""
    if set(DIRECTIVE.findall(str(form.value))) - set(LETTERS):
        message = _("strftime knows these letters: %(known)s.") % {"known": " ".join(LETTERS)}
        raise FilterValueError("unknown_format", message, form.position)
    return str(form.value)
