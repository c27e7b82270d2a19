"""One recent SQLite, which comes with the product, for all connections of a process."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import apsw
import pytest
from django.db import DataError, IntegrityError, NotSupportedError, connection

from resources.dialects import sqlite_driver
from resources.execution.inline_sqlite import inline_database
from tests.architecture.sources import all_sources

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


pytestmark = pytest.mark.embedded
OPENS = re.compile(r"sqlite3\.connect|apsw\.Connection\(")


@pytest.mark.django_db
def test_requests_and_inline_reads_use_the_same_library() -> None:
    async def inline() -> Any:
        database = inline_database()
        planning = database.connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, -1)
        return database.rows("SELECT sqlite_version()", ()), planning

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        (version,) = cursor.fetchone()
    assert version == sqlite_driver.sqlite_version
    assert asyncio.run(inline()) == ([(version,)], 1)
    assert sqlite_driver.is_safe()


@pytest.mark.backend_free
def test_no_other_module_opens_a_file_of_sqlite() -> None:
    opening = [one.name for one in all_sources() if one.is_product and OPENS.search(one.text)]
    assert opening == []


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 46, 1), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 54, 1), True),
    ],
)
def test_versions_that_can_lose_commits_are_known(version: Any, *, is_safe: bool) -> None:
    assert sqlite_driver.is_safe(version) is is_safe


@pytest.mark.django_db
def test_an_unsafe_version_is_refused_unless_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(sqlite_driver, "is_safe", lambda: False)
    with pytest.raises(NotSupportedError, match=r"can lose commits .*ALLOW_OLD_SQLITE=true"):
        connection.check_database_version_supported()
    settings.ALLOW_OLD_SQLITE = True
    connection.check_database_version_supported()


@pytest.mark.django_db
def test_values_and_errors_are_what_django_expects() -> None:
    moment = datetime(2026, 11, 29, 8, 25, 1, 5, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE row (id integer PRIMARY KEY, at datetime, is_on bool)")
        cursor.execute("INSERT INTO row VALUES (%s, %s, %s)", [1, moment, True])
        assert (cursor.rowcount, cursor.lastrowid) == (1, 1)
        cursor.execute("SELECT at, is_on, %s, %s FROM row", [Decimal("1.50"), b"x"])
        assert cursor.fetchone() == (moment, True, "1.50", b"x")
        cursor.execute("SELECT at, is_on FROM row WHERE id = 2")
        assert cursor.fetchall() == []
        cursor.executemany("INSERT INTO row (id) VALUES (%s)", [[number] for number in (2, 3, 4)])
        cursor.execute("SELECT id, is_on FROM row ORDER BY id")
        assert cursor.fetchmany(2) == [(1, True), (2, None)]
        assert list(cursor) == [(3, None), (4, None)]
        with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: row\.id"):
            cursor.execute("INSERT INTO row (id) VALUES (1)")
        with pytest.raises(DataError, match="too big"):
            cursor.execute("SELECT zeroblob(2000000000)")
        cursor.execute("DROP TABLE row")


def test_a_query_without_rows_tells_its_columns(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 AS number, 'a' AS text WHERE 1 = 0")
        assert [column[0] for column in cursor.description] == ["number", "text"]
        cursor.execute("SELECT 1 AS number")
        assert cursor.fetchall() == [(1,)]
        assert [column[0] for column in cursor.description] == ["number"]
        cursor.execute("PRAGMA user_version = 0")
        assert cursor.description is None


def test_a_write_waits_for_another_to_end_but_not_for_ever(tmp_path: Path) -> None:
    file = str(tmp_path / "shared.db")
    first, second = sqlite_driver.connect(file), sqlite_driver.connect(file, timeout=60)
    hasty = sqlite_driver.connect(file, timeout=0.01)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite_driver.OperationalError, match="locked"):
        hasty.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(second.execute, "BEGIN IMMEDIATE")
        assert not waiting.done()
        first.execute("CREATE TABLE row (id INTEGER)")
        first.commit()
        waiting.result()
    assert second.execute("SELECT count(*) FROM row").fetchall() == [(0,)]
    for each in (first, second, hasty):
        each.close()
