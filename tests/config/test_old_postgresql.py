"""A PostgreSQL that can't fold case as filters mean it is refused at the first connection."""

from __future__ import annotations

import pytest
from django.db import NotSupportedError, connection


@pytest.mark.servers
def test_a_server_before_version_18_is_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.check_database_version_supported()
    monkeypatch.setattr(connection, "get_database_version", lambda: (17, 5))
    with pytest.raises(NotSupportedError, match="PostgreSQL 18 or later is required"):
        connection.check_database_version_supported()
