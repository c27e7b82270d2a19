"""A disk that is full or broken, and a bucket that is away, are told as what they are."""

from __future__ import annotations

import errno
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import DataError, InterfaceError, OperationalError, connection
from PIL import Image

from files.storage import set_up_storage
from resources.errors import as_problem
from tests.client import Browser

if TYPE_CHECKING:
    from tests.personas import Persona


def raising(error: Exception) -> object:
    def fails(*_given: object, **_named: object) -> None:
        raise error

    return fails


def picture() -> BytesIO:
    drawn = BytesIO()
    Image.new("RGB", (60, 84), (90, 20, 160)).save(drawn, "PNG")
    drawn.seek(0)
    drawn.name = "front.png"
    return drawn


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (errno.ENOSPC, 507, "storage_full"),
        (errno.EDQUOT, 507, "storage_full"),
        (errno.EFBIG, 507, "storage_full"),
        (errno.EIO, 503, "unavailable"),
        (errno.EROFS, 503, "unavailable"),
    ],
)
def test_a_picture_that_finds_no_room_is_refused_and_nothing_stays(
    alice: Persona, monkeypatch: pytest.MonkeyPatch, number: int, status: int, code: str
) -> None:
    set_up_storage()
    monkeypatch.setattr(FileSystemStorage, "_save", raising(OSError(number, "secret")))
    answer = alice.api.client.post(
        "/api/v1/cards",
        {"title": "x", "front": picture()},
        headers={"Authorization": alice.authorization},
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) > 0
    assert "secret" not in answer.content.decode()
    assert alice.api.get("cards").json()["results"] == []


@pytest.mark.embedded
def test_a_database_without_room_is_told_apart_from_a_bug(alice: Persona) -> None:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answers = [alice.api.post("cards", {"title": "x" * 100}) for _ in range(60)]
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    statuses = {answer.status_code for answer in answers}
    assert statuses in ({507}, {201, 507})
    full = next(answer for answer in answers if answer.status_code == 507)
    assert full.json()["code"] == "storage_full"
    assert alice.api.post("cards", {"title": "room again"}).status_code == 201


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


class DiskFull(Exception):
    """What psycopg raises for a tablespace without room."""

    sqlstate = "53100"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (caused(OperationalError("could not extend file"), DiskFull()), 507),
        (caused(OperationalError("the connection is closed"), OSError()), 503),
        (InterfaceError("connection already closed"), 503),
        (InterfaceError("no such parameter"), None),
        (OSError(errno.ENOENT, "gone"), None),
        (ConnectionError("reset"), None),
        (DataError("too long"), 400),
    ],
)
def test_partners_are_told_apart_from_bugs(error: Exception, status: int | None) -> None:
    problem = as_problem(error)
    assert (problem.status if problem else None) == status


def test_pages_of_django_say_503_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    away = raising(OperationalError("PostgreSQL can't be reached"))
    monkeypatch.setattr("files.access.fetching.file_of", away)
    answer = Browser().get(f"/files/pictures/2026/01/{'0' * 32}.png")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer["Retry-After"] == "1"
