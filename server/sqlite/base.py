"""The module and the name that Django looks for in a database's backend."""

from server.sqlite.connection import SQLiteConnection as DatabaseWrapper

__all__ = ["DatabaseWrapper"]
