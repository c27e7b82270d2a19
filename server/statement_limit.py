"""How long a statement of a serving process may run, on either database."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from server.sqlite.connection import limit


def limit_statements(seconds: int) -> None:
    """Interrupt every statement of this process after so many seconds; 0 sets no limit.

    PostgreSQL does so itself, on connections that are opened from now on. Commands and the
    background worker take their time.
    """
    if not seconds:
        return
    database: Any = connections[DEFAULT_DB_ALIAS]
    if database.vendor == "sqlite":
        limit.seconds = seconds
        return
    options = database.settings_dict["OPTIONS"]
    given = options.get("options", "")
    options["options"] = f"{given} -c statement_timeout={seconds * 1000}".strip()
    database.close()
    database.close_pool()
