"""A thread's connection to the database, which outlives the work that used it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.transaction import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.migrations import Migration

    from resources.types import Database

databases = cast("Mapping[str, Database]", connections)
"""This thread's connections, by their names in the settings."""


def with_connection[Result](work: Callable[[], Result]) -> Result:
    """Run work in a thread of a pool, and leave the thread's connection fit for the next."""
    try:
        return work()
    finally:
        connection.close_if_unusable_or_obsolete()


def waiting_migrations() -> list[Migration]:
    """Return the migrations that the code has and the database lacks, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _is_backwards in plan]


@contextmanager
def one_piece() -> Iterator[None]:
    """Let a transaction have no savepoints: what fails in it takes all of it back.

    A savepoint costs two statements, and on SQLite a copy of each page written. Enter this inside
    the transaction. Raises TransactionManagementError where something goes on after a part of it
    has failed.
    """
    database = databases[DEFAULT_DB_ALIAS]
    before, database.is_one_piece = database.is_one_piece, True
    try:
        yield
    finally:
        database.is_one_piece = before
    if database.needs_rollback:
        raise TransactionManagementError("A part has failed that could not be taken back alone.")
