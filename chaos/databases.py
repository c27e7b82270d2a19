"""The databases that a test is run on, one after the other."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.servers import postgresql, valkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def running(database: str) -> Iterator[Mapping[str, str]]:
    """Run what a database needs; yield the variables that lead there, none for SQLite."""
    if database == "sqlite":
        yield {}
        return
    with postgresql() as database_url, valkey() as redis_url:
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
