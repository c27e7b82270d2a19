"""A thread's connection to the database, which outlives the work that used it."""

from __future__ import annotations

from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.transaction import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.migrations import Migration

    from resources.types import Database

KEPT_SECONDS = 0.05
"""How long a thread keeps a connection of a pool from work to work; others may wait for one."""

databases = cast("Mapping[str, Database]", connections)
"""This thread's connections, by their names in the settings."""


def has_no_more() -> bool:
    """Return False: nobody knows what the thread does next."""
    return False


def with_connection[Result](
    work: Callable[[], Result], has_more: Callable[[], bool] = has_no_more
) -> Result:
    """Run work in a thread of a pool, and leave the thread's connection fit for the next.

    One of a pool of connections is given back, unless the thread `has_more` to do: to take one
    again costs about as much as to read a record.
    """
    if not _is_just_taken():
        # It was kept for work that another thread has done then: the pool looks whether it lives.
        connection.close_if_unusable_or_obsolete()
    try:
        return work()
    finally:
        taken_at = connection.close_at
        connection.close_at = inf if _is_just_taken() and has_more() else taken_at
        connection.close_if_unusable_or_obsolete()
        connection.close_at = taken_at


def _is_just_taken() -> bool:
    """Return whether the connection is one of a pool, and the thread may keep it yet.

    One of a pool counts as obsolete from when it is taken, one of the thread's own never.
    """
    taken_at = connection.close_at
    return taken_at is not None and monotonic() < taken_at + KEPT_SECONDS


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
        if database.needs_rollback:
            raise TransactionManagementError(
                "A part has failed that could not be taken back alone."
            )
        if not before:
            database.send_gathered()
    finally:
        database.is_one_piece = before
