"""What SQLite needs differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

from resources.byte_cache import byte_cached
from resources.text import folded, number_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

STATEMENT_BYTES = 8 * 1024 * 1024
"""Memory for statements with SQLite's own placeholders."""


@byte_cached(STATEMENT_BYTES, lambda sql: 2 * len(sql))
def with_qmarks(sql: str) -> str:
    """Return a statement with SQLite's placeholder `?` in the place of Django's `%s`."""
    return FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")


def register_functions(connection: Connection) -> None:
    """Add the functions to a connection of SQLite."""
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, _of_value(function), deterministic=True)


def _of_value(function: Callable[[Any], str]) -> Callable[[Any], str | None]:
    def call(value: Any) -> str | None:
        return None if value is None else function(value)

    return call


FUNCTIONS: dict[str, Callable[[Any], str]] = {
    "TEXT_FOLDED": lambda value: folded(str(value)),
    "TEXT_LOWER": lambda value: str(value).lower(),
    "TEXT_OF_NUMBER": number_text,
}
