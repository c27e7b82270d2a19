"""The SQLite that comes with Holobase (apsw), as a driver of PEP 249 that Django's backend can use.

The standard library's `sqlite3` links whatever SQLite the system has, and versions before 3.51.3
can lose commits. All connections of a process are made here: two copies of SQLite in one process
must never open the same file, as closing it in one drops the POSIX locks of the other. Errors are
those of `sqlite3`, so that whoever handles them need not know which library raised them.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from sqlite3 import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Protocol, Self

import apsw
from django.utils.dateparse import parse_date, parse_datetime, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resources.types import Values

    type Row = tuple[Any, ...]
    type RowConverter = Callable[[object, Row], Row]

__all__ = [
    "PARSE_COLNAMES",
    "PARSE_DECLTYPES",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "connect",
]

Binary = memoryview
PARSE_DECLTYPES = PARSE_COLNAMES = 0
"""Django asks for both: columns are always converted by their declared types."""
sqlite_version = apsw.sqlite_lib_version()
sqlite_version_info = tuple(map(int, sqlite_version.split(".")))
FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
OF_ONE_THREAD = FLAGS | apsw.SQLITE_OPEN_NOMUTEX
"""For a connection that only one thread uses: SQLite locks nothing in each of its calls."""
NOTHING_ELSE = (None,) * 6
"""What PEP 249 has a description tell of a column, and SQLite does not know."""
STATEMENTS = 128
"""Prepared statements that a connection keeps."""
LOCK_STEPS = 0.000_25, 0.001, 0.005, 0.02
"""Seconds between tries for a lock, each `STEPS_ALIKE` times, the last from then on."""
STEPS_ALIKE = 40

# Counting the memory in use, which nobody asks for, locks whatever SQLite allocates.
apsw.shutdown()
apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
apsw.initialize()

ERRORS: dict[type[Exception], type[Error]] = {
    apsw.ConstraintError: IntegrityError,
    apsw.MismatchError: IntegrityError,
    apsw.TooBigError: DataError,
    apsw.CorruptError: DatabaseError,
    apsw.NotADBError: DatabaseError,
    apsw.FormatError: DatabaseError,
    apsw.InternalError: InternalError,
    apsw.BindingsError: ProgrammingError,
    apsw.ConnectionClosedError: ProgrammingError,
    apsw.CursorClosedError: ProgrammingError,
    apsw.ThreadingViolationError: ProgrammingError,
    apsw.MisuseError: InterfaceError,
    apsw.RangeError: InterfaceError,
}
CONVERTERS: dict[str, Callable[[Any], object]] = {
    "bool": lambda value: value == 1,
    "date": parse_date,
    "time": parse_time,
    "datetime": parse_datetime,
    "timestamp": parse_datetime,
}
ADAPTERS: dict[type, Callable[[Any], str]] = {
    Decimal: str,
    date: date.isoformat,
    datetime: partial(datetime.isoformat, sep=" "),
}


def is_safe(version: tuple[int, ...] = sqlite_version_info) -> bool:
    """Return whether a version keeps every commit.

    Before, a checkpoint and a reset of the write-ahead log could run into each other
    (https://sqlite.org/wal.html#walresetbug).
    """
    return version >= (3, 51, 3) or any(
        version[:2] == mended[:2] and version >= mended for mended in ((3, 44, 6), (3, 50, 7))
    )


def translated(error: apsw.Error) -> Error:
    """Return the error of PEP 249 for one of SQLite's."""
    return ERRORS.get(type(error), OperationalError)(str(error))


_PlainCursor = apsw.Cursor
# The published types know none of the methods that are PEP 249's alone.
_Cursor: Any = apsw.Cursor
_Connection: Any = apsw.Connection


class Cursor(_Cursor):
    """A cursor whose rows have Python's values for booleans and times."""

    last: tuple[str, Values] = ("", ())

    def execute(self, sql: str, params: Values = (), /) -> Self:
        """Run a statement with `?` placeholders."""
        self.last = (sql, params)
        try:
            _execute(self, sql, params)
            self.row_trace = _converter_of(self, sql)
        except apsw.Error as error:
            raise translated(error) from error
        return self

    def executemany(self, sql: str, params: object, /) -> Self:
        """Run a statement once for each of several sequences of values."""
        try:
            super().executemany(sql, params)
        except apsw.Error as error:
            raise translated(error) from error
        return self

    def fetchone(self) -> Row | None:
        """Return the next row, None after the last."""
        try:
            return _fetchone(self)
        except apsw.Error as error:
            raise translated(error) from error

    def fetchmany(self, size: int = 100) -> list[Row]:
        """Return up to `size` rows."""
        try:
            return list(islice(self, size))
        except apsw.Error as error:
            raise translated(error) from error

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        try:
            return _fetchall(self)
        except apsw.Error as error:
            raise translated(error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except apsw.Error as error:
            raise translated(error) from error

    @property
    def description(self) -> tuple[tuple[object, ...], ...] | None:
        """The columns of the last statement, name first; None if it has none."""
        try:
            columns = self.get_description()
        except apsw.ExecutionCompleteError:
            # All rows were read, or there was none; the statement itself still tells.
            columns = _columns_of(self.connection, *self.last)
        return tuple((name, *NOTHING_ELSE) for name, _kind in columns) or None

    @property
    def rowcount(self) -> int:
        """The rows that the connection's last INSERT, UPDATE or DELETE changed."""
        return int(self.connection.changes())

    @property
    def lastrowid(self) -> int:
        """The row id of the connection's last INSERT."""
        return int(self.connection.last_insert_rowid())


_execute, _fetchone, _fetchall = apsw.Cursor.execute, apsw.Cursor.fetchone, apsw.Cursor.fetchall


def _columns_of(connection: apsw.Connection, sql: str, params: Values) -> list[tuple[str, str]]:
    """Return the columns of a statement without running it."""
    columns: list[tuple[str, str]] = []

    def note(cursor: apsw.Cursor, *_statement: object) -> bool:
        columns.extend(cursor.get_description())
        return False

    cursor = apsw.Cursor(connection)
    cursor.exec_trace = note
    with suppress(apsw.ExecTraceAbort):
        cursor.execute(sql, tuple(params))
    return columns


def _converter_of(cursor: Any, sql: str) -> RowConverter | None:
    """Return what converts the rows of the statement that a cursor runs, None for nothing."""
    known: dict[str, RowConverter | None] = cursor.connection.row_converters
    if sql in known:
        return known[sql]
    try:
        columns = cursor.get_description()
    except apsw.ExecutionCompleteError:
        return None  # It has no rows, this time.
    declared = [re.split(r"\W", kind or "", maxsplit=1)[0].lower() for _name, kind in columns]
    converters = [(at, CONVERTERS[kind]) for at, kind in enumerate(declared) if kind in CONVERTERS]
    if len(known) >= STATEMENTS:
        known.clear()
    known[sql] = partial(_converted, converters) if converters else None
    return known[sql]


def _converted(
    converters: Sequence[tuple[int, Callable[[object], object]]], _cursor: object, row: Row
) -> Row:
    values = list(row)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    return tuple(values)


class Aggregate(Protocol):
    """What Django registers to be called with each value of a group, and then for the result."""

    def step(self, *values: object) -> None:
        """Take the values of one row in."""

    def finalize(self) -> object:
        """Return the result."""


class SqliteConnection(_Connection):
    """A connection with the methods of `sqlite3.Connection` that Django calls.

    It commits each statement unless BEGIN says otherwise, whatever `isolation_level` is set to.
    """

    isolation_level: str | None = None

    def __init__(self, database: str, statements: int = STATEMENTS, flags: int = FLAGS) -> None:
        super().__init__(database, flags, statementcachesize=statements)
        self.row_converters: dict[str, RowConverter | None] = {}
        # Statistics of values (the library has STAT4) would have a statement planned anew at every
        # run whose bound value bounds a range.
        self.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        self.convert_binding = _adapted

    def cursor(self, factory: Callable[[apsw.Connection], Cursor] = Cursor) -> Cursor:
        """Return a cursor of a class."""
        self.cursor_factory = factory
        cursor: Cursor = super().cursor()
        return cursor

    def execute(self, sql: str, params: Values = (), /) -> Cursor:
        """Run a statement by a cursor of its own."""
        return self.cursor().execute(sql, params)

    def rows(self, sql: str, values: Values) -> list[Row]:
        """Return the rows of a statement with `?` placeholders; raises apsw's own errors.

        By a cursor of the library's own, which fetches many rows without a call for each.
        """
        cursor = _PlainCursor(self)
        _execute(cursor, sql, values)
        if converter := _converter_of(cursor, sql):
            cursor.row_trace = converter
        found: list[Row] = cursor.fetchall()
        return found

    def rows_of_all(self, sql: str, runs: Sequence[Values]) -> list[Row]:
        """Run a statement with the values of each run; return all rows, as SQLite has them."""
        cursor = _PlainCursor(self)
        cursor.executemany(sql, runs)
        found: list[Row] = cursor.fetchall()
        return found

    def create_function(
        self, name: str, arguments: int, function: object, *, deterministic: bool = False
    ) -> None:
        """Let statements call a function."""
        self.create_scalar_function(name, function, arguments, deterministic=deterministic)

    def create_aggregate(self, name: str, arguments: int, aggregate: type[Aggregate]) -> None:
        """Let statements aggregate by a class with `step` and `finalize`."""

        def begin() -> object:
            return aggregate(), aggregate.step, aggregate.finalize

        self.create_aggregate_function(name, begin, arguments)

    def getlimit(self, kind: int) -> int:
        """Return one of SQLite's limits."""
        return int(self.limit(kind))

    def commit(self) -> None:
        """End the transaction, if one is open."""
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        """Take back the transaction, if one is open."""
        if self.in_transaction:
            self.execute("ROLLBACK")


def _adapted(_cursor: object, _place: int, value: object) -> object:
    """Return how SQLite stores a value of a type that it lacks."""
    for kind in type(value).__mro__:
        if kind in ADAPTERS:
            return ADAPTERS[kind](value)
    raise ProgrammingError(f"SQLite stores no {type(value).__name__}")


class LockWait:
    """Waits for a lock of SQLite in short steps, as most are held for a few milliseconds.

    SQLite's own steps double each time, so that it sleeps on when the lock is free. Called with the
    number of earlier calls for the same lock; returns whether to try again
    (https://sqlite.org/c3ref/busy_handler.html).
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = 0.0

    def __call__(self, calls: int) -> bool:
        now = monotonic()
        if not calls:
            self.end = now + self.seconds
        sleep(LOCK_STEPS[min(calls // STEPS_ALIKE, len(LOCK_STEPS) - 1)])
        return now < self.end


def connect(database: str, timeout: float = 5, **_options: object) -> SqliteConnection:
    """Open a database; wait `timeout` seconds for locks. Raises OperationalError."""
    try:
        connection = SqliteConnection(database)
    except apsw.Error as error:
        raise translated(error) from error
    connection.set_busy_handler(LockWait(timeout))
    return connection
