"""JSON from clients: all of it is read exactly, or refused in words."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from resources.documents.validation import document_errors
from resources.json_text import DEEPEST, MOST_VALUES, JsonError, has_null_characters, read_json

if TYPE_CHECKING:
    from tests.personas import Persona

DEEP = b"[" * 100_000
NESTED = b'{"a":' * 400 + b"1" + b"}" * 400
REFUSED = [
    b"",
    b"{",
    b"\xff",
    b"NaN",
    b"1e999",
    b'"\\ud800"',
    b'{"\\udfff":1}',
    DEEP,
    DEEP + b"]" * 100_000,
    b'{"effects":' + NESTED + b"}",
    b'{"n":18446744073709551616}',
    b'{"n":-9223372036854775809}',
    b"9" * 5_000,
    '{"a":"é"}'.encode("latin-1"),
    '{"a":1}'.encode("utf-16"),
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("0.1234567890123456789012345", 0.1234567890123456789012345),
        ('"99999999999999999999999"', "9" * 23),
        ('{"a":1,"a":2}', {"a": 2}),
        ("[" * DEEPEST + "]" * DEEPEST, None),
    ],
)
def test_what_is_json_is_read_exactly(text: str, value: object) -> None:
    read = read_json(text)
    assert value is None or read == value


@pytest.mark.parametrize("value", [b"[]", b"1", b'"a"', b'{"a":1}'])
def test_many_values_are_refused_before_they_take_memory(value: bytes) -> None:
    many = b"[" + b",".join([value] * (MOST_VALUES + 1)) + b"]"
    tracemalloc.start()
    with pytest.raises(JsonError, match="100000 values"):
        read_json(many)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * len(many)
    few = b",".join([value] * (MOST_VALUES // 3))
    assert len(read_json(b"[" + few + b"]")) == MOST_VALUES // 3


def test_what_stands_in_a_string_is_no_value() -> None:
    text = b'"' + b'[,{\\"' * MOST_VALUES + b'"'
    assert len(read_json(text)) == 4 * MOST_VALUES


def test_a_body_of_too_many_values_is_refused(alice: Persona) -> None:
    answer = alice.api.post("cards", {"title": "x", "effects": {"a": [[]] * (MOST_VALUES + 1)}})
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


def test_a_lone_surrogate_in_text_is_refused() -> None:
    with pytest.raises(JsonError):
        read_json('"\ud800"')


def test_null_characters_are_found_wherever_they_are() -> None:
    for hidden in ("\x00", ["a\x00"], {"a": {"\x00": 1}}, [{"a": ["\x00"]}]):
        assert has_null_characters(hidden)
        assert document_errors({}, hidden)[0].code == "null_characters"
    assert not has_null_characters({"a": ["\\u0000", 1, None]})


def test_a_document_that_is_too_deep_is_refused_before_it_is_checked() -> None:
    deep: object = []
    for _level in range(10_000):
        deep = [deep]
    assert [error.code for error in document_errors({"type": "array"}, deep)] == ["too_deep"]


ANYWHERE = [
    ("post", "cards"),
    ("post", "batch"),
    ("post", "auth/token"),
    ("post", "auth/register"),
    ("post", "auth/service-token"),
    ("post", "auth/passkeys/sign-in"),
    ("post", "webhooks"),
    ("patch", "users/me"),
]


@pytest.mark.parametrize(("method", "path"), ANYWHERE)
def test_a_body_that_is_no_json_is_refused_wherever_one_is_taken(
    method: str, path: str, admin: Persona
) -> None:
    send = getattr(admin.api.client, method)
    for body in REFUSED[1:]:
        answer = send(f"/api/v1/{path}", data=body, content_type="application/json")
        assert answer.status_code == 400, (body[:40], answer.content)
    for body in (b"null", b"[]", b"1", b'"a"', b"true"):
        answer = send(f"/api/v1/{path}", data=body, content_type="application/json")
        assert answer.status_code == 400, (body, answer.content)


def test_a_body_larger_than_bodies_may_be_is_refused(alice: Persona) -> None:
    body = b'{"identity":"%s"}' % (b"x" * 3_000_000)
    answer = alice.api.client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize("effects", ['{"a":"\\u0000"}', '{"\\u0000":1}', NESTED.decode(), "{", "1"])
def test_a_document_in_a_form_or_a_body_is_refused_with_its_field(
    effects: str, alice: Persona
) -> None:
    in_form = alice.api.upload("cards", {"title": "Dragon", "effects": effects})
    assert in_form.status_code == 400
    assert in_form.json()["errors"][0]["field"].partition(".")[0] == "effects"
    body = b'{"title":"Dragon","effects":' + effects.encode() + b"}"
    answer = alice.api.client.post("/api/v1/cards", body, content_type="application/json")
    assert answer.status_code == 400
