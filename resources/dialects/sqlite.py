"""What SQLite needs differently."""

from __future__ import annotations

from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

from resources.byte_cache import kept

STATEMENT_BYTES = 8 * 1024 * 1024
"""Memory for statements with SQLite's own placeholders."""


@kept(STATEMENT_BYTES, lambda sql: 2 * len(sql))
def with_qmarks(sql: str) -> str:
    """Return a statement with SQLite's placeholder `?` in the place of Django's `%s`."""
    return FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")
