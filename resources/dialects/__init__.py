"""What SQLite and PostgreSQL need differently, one module each, behind one protocol."""

from functools import cache

from django.db import connection

from resources.dialects.postgresql import Postgresql
from resources.dialects.protocol import Dialect
from resources.dialects.sqlite import Sqlite


@cache
def dialect() -> Dialect:
    """Return the dialect of the configured database."""
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()
