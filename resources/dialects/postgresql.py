"""What PostgreSQL needs differently."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from resources.dialects.protocol import NOT_ADAPTED, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.types import ModelField


TABLE_SIZE = """
SELECT GREATEST(c.reltuples, s.n_live_tup, 0)::bigint, pg_total_relation_size(c.oid)
FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.oid = %s::regclass
"""


class Postgresql:
    """A server with many writers at a time."""

    runs_inline = False
    prepares_statements = True
    commits_in_order = False
    booleans = ("false", "true")
    no_limit = "LIMIT ALL"
    ids_of_json = "SELECT value::uuid FROM JSON_ARRAY_ELEMENTS_TEXT(%s::json)"
    begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    adapters: Mapping[type, Callable[[Any], object]] = {
        UUID: lambda value: value,
        datetime: lambda value: value if value.tzinfo is not None else NOT_ADAPTED,
        dict: json_text,
        list: json_text,
    }
    readers: Mapping[type, Callable[[object], object]] = {}

    def real_table(self, name: str) -> str:
        """Return the name: a common table expression does not hide its table from itself."""
        return name

    def rows_of_json(self, table: str, columns: Sequence[str]) -> str:
        """Let PostgreSQL read each object as a row of the table's type."""
        names = ", ".join(map(connection.ops.quote_name, columns))
        return f"SELECT {names} FROM JSON_POPULATE_RECORDSET(NULL::{table}, %s::json)"  # noqa: S608 - names of our own

    def json_value(self, column: ModelField, logged: object) -> object:
        """Return it as it is: PostgreSQL reads every kind of value from JSON."""
        del column
        return logged

    def number(self, value: object) -> object:
        """Return a decimal for a fraction, which the driver would make a rounded double of."""
        return Decimal(repr(value)) if isinstance(value, float) else value

    def list_parameter(self, items: list[Any]) -> object:
        """Return an array of one type."""
        is_mixed = any(isinstance(item, float) for item in items)
        return [float(item) for item in items] if is_mixed else items

    def version(self) -> int:
        """Return 0: commits are notified."""
        return 0

    def table_size(self, table: str) -> tuple[int, int]:
        """Return what the server's statistics say, indexes included."""
        with connection.cursor() as cursor:
            cursor.execute(TABLE_SIZE, [table])
            rows, size = cursor.fetchone()
        return rows, size

    def json_document(self, value: dict[str, object] | list[object]) -> None:
        """Leave it to Django, which wraps values for the driver."""
