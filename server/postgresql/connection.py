"""PostgreSQL whose pooled connections are checked when they are taken (`server.postgresql.watch`).

The server says goodbye to idle connections when it ends, and its host does so for it when it is
killed: there is something to read where nothing was asked. Looking for that costs no round trip.
"""

from __future__ import annotations

from contextlib import contextmanager
from select import POLLIN, poll
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import OperationalError
from django.db.backends.postgresql import base, features
from psycopg.pq import TransactionStatus

from resources.event_loop import MustRunInThread, is_in_event_loop
from server.postgresql import pipeline
from server.postgresql.pipeline import Statement
from server.postgresql.watch import watch
from server.statements import finished, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resources.types import Rows, Values

# The published types leave out the methods overridden here.
_Base: Any = base.DatabaseWrapper
MOST_REJECTED = 3
IDLE = TransactionStatus.IDLE
BEGIN, COMMIT = Statement("BEGIN"), Statement("COMMIT")


class DatabaseFeatures(features.DatabaseFeatures):
    """PostgreSQL 18 is the first whose `casefold` is Unicode's, which filters rely on."""

    minimum_database_version = (18,)


class PostgreSQLConnection(_Base):
    """Takes no connection that is cut off, and none at all while the server is away."""

    features_class = DatabaseFeatures
    is_one_piece = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.deferred: list[Statement] = []
        self.is_collecting = False
        self._marks: dict[str, int] = {}
        self.execute_wrappers += [self._after_deferred, watched]
        self._own_wrappers = list(self.execute_wrappers)

    def rows(self, sql: str, values: Values) -> Rows:
        """Run a statement with Django's placeholders and return its rows, if it has any."""
        self._refuse_while_collecting()
        if self._needs_djangos_cursor():
            with self.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else ()
        found: list[Rows] = []
        self._run(Statement(sql, values, found.append))
        return found[0]

    def rows_together(self, asked: Sequence[tuple[str, Values]]) -> Sequence[Rows]:
        """Run statements with Django's placeholders in one round trip; return the rows of each.

        Nothing after one that fails is run; its error is raised.
        """
        if self._needs_djangos_cursor():
            return [self.rows(sql, values) for sql, values in asked]
        self._refuse_while_collecting()
        found: list[Rows] = []
        self._run(*(Statement(sql, values, found.append) for sql, values in asked))
        return found

    def defer(
        self, sql: str, values: Values, received: Callable[[Rows], object] | None = None
    ) -> None:
        """Run a statement at the latest with the commit, before any other of the transaction.

        What is deferred goes to the server together with what follows and waits for nothing by
        itself. Its errors are raised by that: the next statement, the end of a savepoint, or the
        commit. `received` is called with its rows then.
        """
        if self.is_collecting or (self.in_atomic_block and not self._needs_djangos_cursor()):
            self.deferred.append(Statement(sql, values, received))
            return
        rows = self.rows(sql, values)
        if received is not None:
            received(rows)

    def gather(
        self, sql: str, values: Values, received: Callable[[Rows], object] | None = None
    ) -> None:
        """Defer a statement: all that are deferred go together."""
        self.defer(sql, values, received)

    def send_gathered(self) -> None:
        """Do nothing: what is gathered is deferred."""

    def send_deferred(self) -> None:
        """Run what is deferred now; raises its errors."""
        if self.deferred:
            self._refuse_while_collecting()
            self._run()

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Send nothing meanwhile: only collect what can be deferred, within a transaction.

        Whatever can't raises MustRunInThread. What is taken back is not sent at all.
        """
        self.is_collecting = True
        try:
            yield
        finally:
            self.is_collecting = False
            self._marks.clear()

    def _refuse_while_collecting(self) -> None:
        if self.is_collecting:
            raise MustRunInThread

    def savepoint(self) -> object:
        """Begin what can be taken back by itself, unless all goes together (`one_piece`)."""
        return None if self.is_one_piece else super().savepoint()

    def _run(self, *statements: Statement) -> None:
        """Run what is deferred and then these statements, in one round trip."""
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        if self.connection is None:
            self.ensure_connection()
        together, self.deferred = [*self.deferred, *statements], []
        connection = self.connection
        if not connection.autocommit and connection.pgconn.transaction_status == IDLE:
            together.insert(0, BEGIN)
        begun = monotonic()
        try:
            with self.wrap_database_errors:
                pipeline.run(connection, together)
        finally:
            finished(_text_of(together), begun)

    def _needs_djangos_cursor(self) -> bool:
        """Return whether somebody watches the statements, or another thread has to be refused."""
        is_watched = self.queries_logged or self.execute_wrappers != self._own_wrappers
        return is_watched or self._thread_ident != get_ident() or is_in_event_loop()

    def _after_deferred(
        self,
        execute: Callable[..., object],
        sql: str,
        params: object,
        many: bool,
        context: dict[str, object],
    ) -> object:
        """Run a statement of Django's own after those that were deferred before it."""
        self._refuse_while_collecting()
        self.send_deferred()
        return execute(sql, params, many, context)

    def _savepoint(self, sid: str) -> None:
        if self.is_collecting:
            self._marks[sid] = len(self.deferred)
            return
        # What was deferred before it is not taken back with it.
        self.rows(self.ops.savepoint_create_sql(sid), ())

    def _savepoint_rollback(self, sid: str) -> None:
        if self.is_collecting:
            del self.deferred[self._marks[sid] :]
            return
        self.deferred.clear()
        super()._savepoint_rollback(sid)

    def _savepoint_commit(self, sid: str) -> None:
        if self.is_collecting:
            return
        self.rows(self.ops.savepoint_commit_sql(sid), ())

    def _commit(self) -> None:
        if self.deferred:
            self._run(COMMIT)
        else:
            super()._commit()

    def _rollback(self) -> None:
        self.deferred.clear()
        super()._rollback()

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
        self.deferred.clear()
        if connection is not None:
            watch.given_back(connection)
        super()._close()


def _text_of(together: Sequence[Statement]) -> str:
    """Return the text of statements as it is logged."""
    if len(together) == 1:
        return together[0].sql
    return f"PIPELINE {'; '.join(statement.sql for statement in together)}"


def is_cut_off(connection: Any) -> bool:
    """Return whether something came through an idle connection, which only its end does."""
    if connection.closed:
        return True
    waiting = poll()
    waiting.register(connection.pgconn.socket, POLLIN)
    return bool(waiting.poll(0))
