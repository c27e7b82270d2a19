"""The module and the name that Django looks for in a database's backend."""

from server.postgresql.connection import PostgreSQLConnection as DatabaseWrapper

__all__ = ["DatabaseWrapper"]
