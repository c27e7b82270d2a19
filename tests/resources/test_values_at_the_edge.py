"""Values at the edge of what databases know are refused in words, alike on both of them."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
import pytest
from django.db import DataError

from resources.errors import as_problem
from tests.fuzz.service import Sent, Service
from tests.realtime.conftest import connected

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

BEYOND = [
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01",
    "10000-01-01",
    "2026-02-30",
]


@pytest.mark.parametrize("time", BEYOND)
def test_a_time_outside_the_calendar_is_refused(time: str, alice: Persona) -> None:
    for asked in ({"created_at__gte": time}, {"filter": f'created_at > "{time}"'}):
        answer = alice.api.get("cards", **asked)
        assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_first_and_the_last_time_are_taken(time: str, alice: Persona) -> None:
    assert alice.api.get("cards", created_at__gte=time).status_code == 200
    assert alice.api.get("cards", filter=f'created_at < "{time}"').status_code == 200


def test_a_null_character_is_refused_wherever_a_filter_is_taken(alice: Persona) -> None:
    for asked in (
        {"filter": 'title = "\x00"'},
        {"filter": 'title ~ "a\x00"'},
        {"title__contains": "\x00"},
        {"search": "\x00"},
        {"sort": "\x00"},
        {"fields": "\x00"},
    ):
        answer = alice.api.get("cards", **asked)
        assert answer.status_code == 400, (asked, answer.content)
    for words, place in (("\x00", 1), ('username = "\x00"', 13)):
        answer = alice.api.get("users", filter=words)
        assert answer.json()["errors"][0]["position"] == place


def test_a_listener_with_such_a_filter_is_told_so(transactional_db: None) -> None:
    filters = ['title = "\x00"', *(f'created_at > "{time}"' for time in BEYOND)]
    with Service() as service:
        for words in filters:
            query = f"topic=cards&filter={quote(words)}".encode()
            assert service.ask(Sent("GET", "/api/v1/events", query)).status == 400

    async def told() -> list[str]:
        live = await connected()
        frames = [await live.subscribe("cards", filter=words) for words in filters]
        await live.close()
        return [frame["code"] for frame in frames]

    assert asyncio.run(told()) == ["bad_parameter"] * len(filters)


@pytest.mark.parametrize(
    "number", ["9223372036854775808", "1e19", "1e999", "NaN", "Infinity", "\u0663", "9" * 5_000]
)
def test_a_number_beyond_64_bits_is_refused(number: str, alice: Persona) -> None:
    for asked in ({"like_count__gte": number}, {"filter": f'like_count > "{number}"'}):
        answer = alice.api.get("cards", **asked)
        assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("limit", ["0" * 5_000 + "1", "0000000001000", "1" * 5_000, "\u0661", "²"])
def test_a_limit_of_many_or_other_digits_is_refused(limit: str, alice: Persona) -> None:
    assert alice.api.get("cards", limit=limit).status_code == 400


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        ("username,id", ["a\x00", "00000000-0000-0000-0000-000000000000"]),
        ("username,id", [10**400, "x"]),
        ("-created_at,-id", ["0001-01-01T00:00:00+01:00", "00000000-0000-0000-0000-000000000000"]),
        ("-created_at,-id", [["2026-01-01"], {}]),
    ],
)
def test_a_cursor_of_our_form_with_other_values_is_refused(
    sort: str, values: list[object], alice: Persona
) -> None:
    packed = orjson.dumps([sort, False, *values[1:]]) if values[0] == 10**400 else None
    text = urlsafe_b64encode(packed or orjson.dumps([sort, False, *values])).decode()
    answer = alice.api.get("users", sort=sort.partition(",")[0], cursor=text)
    assert answer.status_code == 400, answer.content


def test_a_request_that_is_hardly_http_gets_a_problem_document(db: None) -> None:
    with Service() as service:
        for length in (b"x", b"-1", b"1,1", "²".encode(), b"9" * 30):
            sent = Sent("POST", "/api/v1/auth/token", headers=[(b"content-length", length)])
            assert service.ask(sent).status == 400
        for query in (b"\xed", b"a=\xff\xfe"):
            assert service.ask(Sent("GET", "/api/docs", query)).status == 400
        for host in (b"a b", b"[::1", "é".encode(), b"a/b"):
            answer = service.ask(Sent("GET", "/api/v1/cards", headers=[(b"host", host)]))
            assert (answer.status, orjson.loads(answer.body)["code"]) == (400, "malformed")


def test_what_only_the_database_finds_wrong_is_the_clients_mistake() -> None:
    problem = as_problem(DataError("value out of range"))
    assert problem is not None
    assert problem.status == 400
