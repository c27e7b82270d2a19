"""What SQLite needs differently."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX
from django.utils.module_loading import import_string

from resources.dialects.protocol import NOT_ADAPTED, json_text
from resources.text import folded, id_text, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resources.dialects.sqlite_driver import SqliteConnection
    from resources.types import ModelField

LONG_NUMBER = re.compile(r"\d{19}")
OF_DJANGO = "django.db.backends.sqlite3._functions.register"
SAMPLED_ROWS = 200
"""Rows whose size stands for that of all."""
STATEMENTS = 512
"""Statements with SQLite's own placeholders that are kept."""


@lru_cache(STATEMENTS)
def with_qmarks(sql: str) -> str:
    """Return a statement with SQLite's placeholder `?` in the place of Django's `%s`."""
    return FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")


def register_functions(connection: SqliteConnection) -> None:
    """Add Django's functions and ours to a connection of SQLite."""
    import_string(OF_DJANGO)(connection)
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, _of_value(function), deterministic=True)


def _of_value(function: Callable[[object], str]) -> Callable[[object], str | None]:
    def call(value: object) -> str | None:
        return None if value is None else function(value)

    return call


FUNCTIONS: dict[str, Callable[[Any], str]] = {
    "TEXT_FOLDED": lambda value: folded(str(value)),
    "TEXT_LOWER": lambda value: str(value).lower(),
    "TEXT_OF_NUMBER": number_text,
}


def _utc_text(value: datetime) -> object:
    return str(value.replace(tzinfo=None)) if value.tzinfo is UTC else NOT_ADAPTED


def _read_json(text: str) -> object:
    """Read JSON of ours; what orjson reads otherwise or not at all, Python's own parser reads."""
    if not LONG_NUMBER.search(text):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(text)
    return json.loads(text)


class Sqlite:
    """A file in WAL mode, with one writer at a time."""

    runs_inline = True
    prepares_statements = False
    commits_in_order = True
    booleans = ("0", "1")
    no_limit = "LIMIT -1"
    ids_of_json = "SELECT value FROM JSON_EACH(%s)"
    begin_snapshot = "BEGIN DEFERRED"  # a writer is kept waiting by “immediate” only
    adapters: Mapping[type, Callable[[Any], object]] = {
        UUID: id_text,
        datetime: _utc_text,
        dict: json_text,
        list: json_text,
    }
    readers: Mapping[type, Callable[[Any], object]] = {
        UUID: UUID,
        datetime: lambda value: value.replace(tzinfo=UTC),
        dict: _read_json,
    }

    def real_table(self, name: str) -> str:
        """Name the schema: the bare name would be the table that is being defined."""
        return f"main.{name}"

    def rows_of_json(self, table: str, columns: Sequence[str]) -> str:
        """Take each column out of its object."""
        del table
        values = ", ".join(f"JSON_EXTRACT(value, '$.\"{column}\"')" for column in columns)
        return f"SELECT {values} FROM JSON_EACH(%s)"  # noqa: S608 - names of our own

    def json_value(self, column: ModelField, logged: object) -> object:
        """Write times and documents as the text that SQLite stores."""
        value = column.to_python(logged) if isinstance(logged, str) else logged
        return column.get_db_prep_value(value, connection, prepared=False)

    def number(self, value: object) -> object:
        """Return it as it is: there is no other kind of number."""
        return value

    def list_parameter(self, items: list[object]) -> object:
        """Write a JSON array."""
        return orjson.dumps(items, default=str).decode()

    def version(self) -> int:
        """Return `PRAGMA data_version` of the current connection."""
        database: Any = connections[DEFAULT_DB_ALIAS]
        version: int = database.data_version()
        return version

    def table_size(self, table: str) -> tuple[int, int]:
        """Count the rows, and take the newest ones' size for that of all, without indexes."""
        quoted = connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {quoted}")  # noqa: S608 - a name of our own
            (rows,) = cursor.fetchone()
            cursor.execute(f"SELECT * FROM {quoted} ORDER BY 1 DESC LIMIT {SAMPLED_ROWS}")  # noqa: S608 - a name of our own
            sample = [sum(len(str(value)) for value in row) for row in cursor.fetchall()]
        return rows, rows * sum(sample) // max(len(sample), 1)

    def json_document(self, value: dict[str, object] | list[object]) -> str | None:
        """Write the shortest form."""
        text = json_text(value)
        return None if text is NOT_ADAPTED else text
