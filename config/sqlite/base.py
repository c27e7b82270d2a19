"""SQLite whose writers in one process wait in line.

SQLite lets one writer in at a time and makes the others poll with growing pauses; a lock hands the
turn over at once. Other processes still poll, which is correct and rare.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base

# The published types leave out the methods overridden here.
_Base: Any = base.DatabaseWrapper
_Cursor: Any = base.SQLiteCursorWrapper
_turn = Lock()


class Cursor(_Cursor):
    """Writes a statement with SQLite's own placeholders once, however often it is run."""

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _native(query)


class DatabaseWrapper(_Base):
    """Takes the turn when a transaction begins and gives it back when it ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False

    def create_cursor(self, _name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        _turn.acquire()
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn_back()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            if not self.connection.in_transaction:
                self._give_turn_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn_back()

    def _give_turn_back(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()


@lru_cache(maxsize=1_024)
def _native(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
