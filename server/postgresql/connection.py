"""PostgreSQL whose pooled connections are checked when they are taken (`server.postgresql.watch`).

The server says goodbye to idle connections when it ends, and its host does so for it when it is
killed: there is something to read where nothing was asked. Looking for that costs no round trip.
"""

from __future__ import annotations

from select import POLLIN, poll
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base, features

from server.postgresql.watch import watch
from server.statements import watched

# The published types leave out the methods overridden here.
_Base: Any = base.DatabaseWrapper
MOST_REJECTED = 3


class DatabaseFeatures(features.DatabaseFeatures):
    """PostgreSQL 18 is the first whose `casefold` is Unicode's, which filters rely on."""

    minimum_database_version = (18,)


class PostgreSQLConnection(_Base):
    """Takes no connection that is cut off, and none at all while the server is away."""

    features_class = DatabaseFeatures
    is_one_piece = False

    def savepoint(self) -> object:
        """Begin what can be taken back by itself, unless all goes together (`one_piece`)."""
        return None if self.is_one_piece else super().savepoint()

    def rows(self, sql: str, values: Any) -> Any:
        """Run a statement with Django's placeholders and return its rows, if it has any."""
        with self.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else ()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(watched)

    def get_new_connection(self, conn_params: dict[str, object]) -> object:
        if watch.is_away:
            raise OperationalError("PostgreSQL can't be reached")
        connection = super().get_new_connection(conn_params)
        for _attempt in range(MOST_REJECTED):
            if not is_cut_off(connection):
                break
            watch.suspect()
            self._mend_pool(connection)
            connection = super().get_new_connection(conn_params)
        watch.taken(connection)
        return connection

    def _mend_pool(self, cut_off: Any) -> None:
        """Have every connection replaced that is cut off as this one is."""
        pool = cut_off._pool
        cut_off.close()
        pool.putconn(cut_off)
        pool.check()

    def _close(self) -> None:
        connection = self.connection
        if connection is not None:
            watch.given_back(connection)
        super()._close()


def is_cut_off(connection: Any) -> bool:
    """Return whether something came through an idle connection, which only its end does."""
    if connection.closed:
        return True
    waiting = poll()
    waiting.register(connection.pgconn.socket, POLLIN)
    return bool(waiting.poll(0))
