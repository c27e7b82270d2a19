"""Files over HTTP: whole, in part, unchanged, to keep."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage
from django.utils.http import http_date

from files.services import store_picture
from tests.client import Browser
from tests.files.drawings import drawn
from tests.files.stored import address_of

if TYPE_CHECKING:
    from files.models import File
    from tests.personas import Persona


@pytest.fixture
def file(alice: Persona) -> File:
    return store_picture(by=alice.actor, upload=BytesIO(drawn("PNG")), name="my secret name.png")


def fetch(file: File, query: str = "", **headers: str) -> tuple[Any, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response: Any = Browser().get(address_of(file, query), headers=named)
    return response, response.getvalue()


def stored(file: File) -> bytes:
    with default_storage.open(file.key) as kept:
        content: bytes = kept.read()
    return content


def stored_at(file: File, *, later: int = 0) -> str:
    """Return the date of a file as HTTP has it, or one some seconds later."""
    return http_date(file.created_at.timestamp() + later)


def test_anyone_can_fetch_a_file_by_its_address(file: File) -> None:
    whole, body = fetch(file)
    assert body == stored(file)
    assert whole["Content-Type"] == "image/png"
    assert int(whole["Content-Length"]) == file.size
    assert whole["Accept-Ranges"] == "bytes"
    assert "immutable" in whole["Cache-Control"]


def test_a_file_cannot_act_in_a_browser(file: File) -> None:
    shown, _body = fetch(file)
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Disposition"] == f'inline; filename="{file.pk.hex}.png"'
    kept, _body = fetch(file, "download=1")
    assert kept["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=2-5", slice(2, 6)),
        ("bytes=0-0", slice(0, 1)),
        ("bytes=70-", slice(70, None)),
        ("bytes=-3", slice(-3, None)),
        ("bytes=2-99999", slice(2, None)),
        ("bytes=-99999", slice(0, None)),
        ("Bytes=2-5", slice(2, 6)),
        ("bytes= 2-5 ", slice(2, 6)),
        ("bytes=0-" + "9" * 500, slice(0, None)),
    ],
)
def test_a_part_can_be_fetched(file: File, asked: str, part: slice) -> None:
    whole = stored(file)
    response, body = fetch(file, Range=asked)
    assert (response.status_code, body) == (206, whole[part])
    first, last, _step = part.indices(file.size)
    assert response["Content-Range"] == f"bytes {first}-{last - 1}/{file.size}"
    assert int(response["Content-Length"]) == last - first


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0"])
def test_a_part_outside_the_file_is_refused(file: File, asked: str) -> None:
    response, _body = fetch(file, Range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{file.size}"
    assert response.json()["code"] == "bad_range"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=-",
        "bytes=5-2",
        "bytes=1-2,4-5",
        "lines=1-2",
        "bytes=1-²",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_a_range_that_means_nothing_is_ignored(file: File, asked: str) -> None:
    response, body = fetch(file, Range=asked)
    assert (response.status_code, len(body)) == (200, file.size)


def test_a_file_that_is_known_is_not_sent_again(file: File) -> None:
    whole, _body = fetch(file)
    unchanged, body = fetch(file, If_None_Match=whole["ETag"])
    assert (unchanged.status_code, body) == (304, b"")
    head = Browser().head(address_of(file), headers={"Range": "bytes=99999-"})
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(file.size), b"")
    assert Browser().post(address_of(file)).status_code == 405


@pytest.mark.parametrize(
    "key",
    ["pictures/2026/01/%s.png" % ("0" * 32), "../manage.py", "..%2f..%2fmanage.py", "x%00y", ""],
)
def test_nothing_but_stored_files_can_be_fetched(db: None, key: str) -> None:
    response = Browser().get(f"/files/{key}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_file_whose_bytes_are_gone_is_not_there(file: File) -> None:
    default_storage.delete(file.key)
    assert fetch(file)[0].status_code == 404


def test_a_part_is_sent_only_to_whoever_has_the_rest_of_the_same(file: File) -> None:
    tag = f'"{file.digest}"'
    for given, status in (
        (tag, 206),
        (f" {tag} ", 206),
        (f"W/{tag}", 200),
        ('"other"', 200),
        (stored_at(file), 206),
        (stored_at(file, later=1), 200),
        (stored_at(file, later=-1), 200),
        ("nonsense", 200),
    ):
        answer, body = fetch(file, Range="bytes=2-5", If_Range=given)
        assert answer.status_code == status, given
        assert body == (stored(file)[2:6] if status == 206 else stored(file))
    outside, _body = fetch(file, Range=f"bytes={file.size}-", If_Range='"other"')
    assert outside.status_code == 200


def test_any_spelling_of_the_tag_is_known(file: File) -> None:
    tag = f'"{file.digest}"'
    for given in (tag, f"W/{tag}", f'"a", {tag}', "*"):
        answer, body = fetch(file, If_None_Match=given)
        assert (answer.status_code, body) == (304, b"")
    for given in ('"other"', file.digest, f'"x{file.digest}"'):
        assert fetch(file, If_None_Match=given)[0].status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_Modified_Since": 0}, 304),
        ({"If_Modified_Since": 60}, 304),
        ({"If_Modified_Since": -60}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        # A tag outweighs a date (RFC 9110, 13.1.3 and 13.1.4).
        ({"If_Modified_Since": 0, "If_None_Match": '"other"'}, 200),
        ({"If_Unmodified_Since": -60}, 412),
        ({"If_Unmodified_Since": 0}, 200),
        ({"If_Unmodified_Since": "yesterday"}, 200),
        ({"If_Unmodified_Since": -60, "If_Match": "*"}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Match": '"other", TAG'}, 200),
        ({"If_Match": "W/TAG"}, 412),
        ({"If_Match": "TAG", "If_None_Match": "TAG"}, 304),
        ({"If_None_Match": "TAG", "Range": "bytes=2-5"}, 304),
    ],
)
def test_conditions_are_met_in_their_order(
    file: File, headers: dict[str, str | int], status: int
) -> None:
    tag = fetch(file)[0]["ETag"]
    sent = {
        name: stored_at(file, later=value) if isinstance(value, int) else value.replace("TAG", tag)
        for name, value in headers.items()
    }
    answer, _body = fetch(file, **sent)
    assert answer.status_code == status
    assert answer["Access-Control-Allow-Origin"] == "*"
    if status != 412:
        assert answer["Last-Modified"] == stored_at(file)


def test_pages_of_other_origins_may_fetch_files(file: File) -> None:
    asked = Browser().options(
        address_of(file),
        headers={
            "Origin": "https://cards.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range,if-none-match,authorization",
        },
    )
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked["Allow"] == "GET, HEAD, OPTIONS"
    assert "GET" in asked["Access-Control-Allow-Methods"]
    allowed = asked["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"range", "if-none-match", "authorization"} <= set(allowed)
    part, _body = fetch(file, Range="bytes=2-5")
    assert "Content-Range" in part["Access-Control-Expose-Headers"]
    default_storage.delete(file.key)
    missing, _body = fetch(file)
    assert (missing.status_code, missing["Access-Control-Allow-Origin"]) == (404, "*")


def test_head_says_what_get_would(file: File) -> None:
    whole, _body = fetch(file)
    head = Browser().head(address_of(file))
    assert dict(head.items()).keys() - {"X-Request-ID"} == dict(whole.items()).keys() - {
        "X-Request-ID"
    }
    default_storage.delete(file.key)
    assert Browser().head(address_of(file)).status_code == 404
