"""SQLite whose writers wait in line (`server.sqlite.write_lock`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from math import inf
from threading import get_ident
from time import monotonic
from typing import TYPE_CHECKING, Any, override

import apsw
from django.conf import settings
from django.db import NotSupportedError, OperationalError
from django.db.backends.sqlite3 import base
from django.db.utils import DatabaseErrorWrapper

from resources.dialects import sqlite_driver
from resources.dialects.sqlite import register_functions, with_qmarks
from resources.errors import MOVING
from resources.event_loop import is_in_event_loop
from server.sqlite.write_lock import WriteLock
from server.statements import finished

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from resources.types import Rows, Values

    type Gathered = tuple[Values, Callable[[Rows], object] | None]

# The published types leave out the methods overridden here.
_Base: Any = base.DatabaseWrapper
_Cursor: Any = sqlite_driver.Cursor
STEPS = 20_000
"""Steps of SQLite's machine, about a millisecond, between two looks at the clock."""
PATIENCE = 20.0
"""Seconds that a writer waits for those of other processes."""


class Limit:
    """How many seconds a statement of this process may run (`server.statement_limit`)."""

    seconds = inf


limit = Limit()


class ErrorWrapper(DatabaseErrorWrapper):
    """Tells a database that refuses writes for now from a row that breaks a constraint.

    What a trigger raises has SQLite's code of a constraint.
    """

    @override
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, sqlite_driver.IntegrityError) and MOVING in str(error):
            raise OperationalError(MOVING) from error
        super().__exit__(kind, error, traceback)


class NativeCursor(_Cursor):
    """Takes Django's placeholders: a statement is written with SQLite's own once for all runs.

    Notices statements that take long.
    """

    database: SQLiteConnection

    def execute(self, query: str, params: object = None) -> object:
        self.database.begin_statement()
        begun = monotonic()
        try:
            if params is None:
                return super().execute(query)
            if isinstance(params, Mapping):
                return super().execute(query % {name: f":{name}" for name in params}, params)
            return super().execute(with_qmarks(query), params)
        finally:
            finished(query, begun)

    def executemany(self, query: str, param_list: object) -> object:
        self.database.begin_statement()
        return super().executemany(with_qmarks(query), param_list)

    def fetchmany(self, *size: object) -> object:
        # Whoever reads on and on takes a step at a time.
        self.database.begin_statement()
        return super().fetchmany(*size)


class SQLiteConnection(_Base):
    """Holds the write lock from the beginning of a transaction to its end."""

    Database = sqlite_driver

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._write_lock: WriteLock | None = None
        self.is_one_piece = False
        # Whoever asks the settings for it waits longer than SQLite takes for most statements.
        self.is_debugged = settings.DEBUG
        self._data_version: int | None = None
        self._deadline = inf
        self._gathered: dict[str, list[Gathered]] = {}

    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        """Return what turns SQLite's errors into Django's."""
        return ErrorWrapper(self)

    def begin_statement(self) -> None:
        """Let the next statement run as long as `limit_statements` allows, and no longer."""
        self._deadline = monotonic() + limit.seconds

    def _is_too_late(self) -> bool:
        return monotonic() > self._deadline

    def check_database_version_supported(self) -> None:
        """Raise NotSupportedError for a SQLite that can lose commits, unless that is allowed."""
        super().check_database_version_supported()
        if not (sqlite_driver.is_safe() or settings.ALLOW_OLD_SQLITE):
            raise NotSupportedError(
                f"SQLite {sqlite_driver.sqlite_version} can lose commits (fixed in 3.51.3):"
                " let ./holo install the packages of uv.lock, or set ALLOW_OLD_SQLITE=true."
            )

    def get_new_connection(self, conn_params: dict[str, Any]) -> object:
        """Open a connection that knows the functions of filters and looks at the clock."""
        connection = sqlite_driver.connect(**conn_params)
        for command in ("PRAGMA foreign_keys = ON", *self.init_commands):
            connection.execute(command)
        register_functions(connection)
        connection.set_progress_handler(self._is_too_late, STEPS)
        return connection

    def savepoint(self) -> object:
        """Begin what can be taken back by itself, unless all goes together (`one_piece`)."""
        return None if self.is_one_piece else super().savepoint()

    def cursor(self) -> Any:
        """Return a cursor, once what is gathered stands where its statements look."""
        if self._gathered:
            self.send_gathered()
        return super().cursor()

    def rows(self, sql: str, values: Values) -> Any:
        """Run a statement with Django's placeholders and return its rows, if it has any.

        It does what a cursor does, and needs none where nobody watches the statements.
        """
        if self._needs_djangos_cursor() or is_in_event_loop():
            with self.cursor() as cursor:
                return cursor.execute(sql, values).fetchall()
        return self._run(sqlite_driver.SqliteConnection.rows, sql, values)

    def rows_of_all(self, sql: str, runs: Sequence[Values]) -> Any:
        """Run a statement with the values of each run, as above, and return the rows of all."""
        if self._needs_djangos_cursor() or is_in_event_loop():
            with self.cursor() as cursor:
                return cursor.executemany(sql, runs).fetchall()
        return self._run(sqlite_driver.SqliteConnection.rows_of_all, sql, runs)

    def _run(self, run: Callable[..., Rows], sql: str, values: Sequence[Any]) -> Rows:
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        if self.connection is None:
            self.ensure_connection()
        begun = monotonic()
        self._deadline = begun + limit.seconds
        try:
            return run(self.connection, with_qmarks(sql), values)
        except apsw.Error as error:
            with self.wrap_database_errors:
                raise sqlite_driver.translated(error) from error
        finally:
            finished(sql, begun)

    def defer(
        self, sql: str, values: Values, received: Callable[[Rows], object] | None = None
    ) -> None:
        """Run a statement at once, as there is no way to SQLite that could be spared."""
        rows = self.rows(sql, values)
        if received is not None:
            received(rows)

    def send_deferred(self) -> None:
        """Do nothing: nothing is deferred."""

    def gather(
        self, sql: str, values: Values, received: Callable[[Rows], object] | None = None
    ) -> None:
        """Run a statement with all like it, by one call, at the end of what goes together.

        It must be one that no other statement of the transaction looks at by `rows`; what Django
        sends comes after it. `received` is called with its row.
        """
        if self.is_one_piece:
            self._gathered.setdefault(sql, []).append((values, received))
        else:
            self.defer(sql, values, received)

    def send_gathered(self) -> None:
        """Run what is gathered now; raises its errors."""
        gathered, self._gathered = self._gathered, {}
        for sql, waiting in gathered.items():
            rows = self.rows_of_all(sql, [values for values, _received in waiting])
            for (_values, received), row in zip(waiting, rows, strict=False):
                if received is not None:
                    received([row])

    def _needs_djangos_cursor(self) -> bool:
        """Return whether somebody watches the statements, or another thread has to be refused."""
        is_watched = self.is_debugged or self.force_debug_cursor or self.execute_wrappers
        return bool(is_watched) or self._thread_ident != get_ident()

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed something.

        None can while this one holds the write lock, so that a transaction asks once.
        """
        version = self._data_version
        if version is None:
            ((version,),) = self.rows("PRAGMA data_version", ())
            if self.in_atomic_block:
                self._data_version = version
        return int(version)

    def create_cursor(self, _name: str | None = None) -> object:
        cursor = self.connection.cursor(factory=NativeCursor)
        cursor.database = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        lock = write_lock_at(str(self.settings_dict["NAME"]))
        lock.acquire()
        self._write_lock = lock
        self._data_version = None
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._release_write_lock()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            if not self.connection.in_transaction:
                self._release_write_lock()

    def _savepoint_rollback(self, sid: str) -> None:
        self._gathered.clear()
        super()._savepoint_rollback(sid)

    def _rollback(self) -> None:
        self._gathered.clear()
        try:
            super()._rollback()
        finally:
            self._release_write_lock()

    def _close(self) -> None:
        self._gathered.clear()
        try:
            super()._close()
        finally:
            self._release_write_lock()

    def _release_write_lock(self) -> None:
        self._data_version = None
        if self._write_lock:
            lock, self._write_lock = self._write_lock, None
            lock.release()


@cache
def write_lock_at(name: str) -> WriteLock:
    """Return the write lock of a database file, the same for all connections of this process."""
    is_file = "memory" not in name
    return WriteLock(name if is_file else None, PATIENCE)
