"""A part of a form that names a field is stored, or refused by the field's name; never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files.models import File
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.client import Response
    from tests.personas import Persona

FORM = "multipart/form-data; boundary=x"
TITLE = b'Content-Disposition: form-data; name="title"\r\n\r\nDragon'
FRONT = b'Content-Disposition: form-data; name="front"'


def sends(persona: Persona, *parts: bytes, path: str = "cards") -> Response:
    """Send a form whose parts are as written here, headers and all."""
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return persona.api.client.generic("POST", f"/api/v1/{path}", body, FORM)


def errors_of(response: Response) -> Mapping[str, str]:
    return {error["field"]: error["code"] for error in response.json()["errors"]}


@pytest.mark.parametrize(
    "header",
    [
        FRONT + b'; filename="dragon.png"',
        FRONT + '; filename="é.png"'.encode("latin-1"),
        FRONT + b'; filename="\xff\xfe.png"',
        FRONT + b'; filename="."',
        FRONT + b'; filename="a/"',
        FRONT + b'; filename="\x01"',
        FRONT + b'; filename=""',
        FRONT + b"; filename",
        FRONT + b"; filename*=nonsense''a.png",
        FRONT + b"; filename*=UTF-8''%ff.png",
        FRONT + b"\r\nContent-Type: image/png",
        FRONT + b"\r\nContent-Type: application/octet-stream",
        FRONT + b"\r\nX-Name: \xff\r\nContent-Type: image/png",
        b'content-disposition : form-data;name="front";filename=a.png',
        b"Content-Disposition: form-data; name=front; filename=a.png",
        # Deprecated, and done by nobody (RFC 7578, 4.7).
        FRONT + b'; filename="a.png"\r\nContent-Transfer-Encoding: base64',
    ],
)
def test_a_picture_is_stored_whatever_its_part_is_called(alice: Persona, header: bytes) -> None:
    sent = sends(alice, TITLE, header + b"\r\n\r\n" + drawn("PNG"))
    assert sent.status_code == 201, sent.content
    assert sent.json()["front"]["content_type"] == "image/png"


@pytest.mark.parametrize("header", [FRONT, FRONT + b"\r\nContent-Type: text/plain"])
def test_a_picture_sent_as_text_is_refused_by_name(alice: Persona, header: bytes) -> None:
    sent = sends(alice, TITLE, header + b"\r\n\r\n" + drawn("PNG"))
    assert (sent.status_code, errors_of(sent)) == (400, {"front": "not_text"})


@pytest.mark.parametrize(
    ("path", "field", "method"),
    [("cards", "front", "post"), ("cards", "title", "post"), ("users/me", "avatar", "patch")],
)
def test_two_parts_for_what_takes_one_are_refused_by_name(
    alice: Persona, path: str, field: str, method: str
) -> None:
    parts = [SimpleUploadedFile(name, drawn("PNG")) for name in ("one.png", "two.png")]
    sent = alice.api.upload(path, {"title": "Dragon", field: parts}, method)
    assert sent.status_code == 400
    assert errors_of(sent)[field] == "too_many_values"
    assert not File.objects.exists()


def test_a_file_for_no_field_is_refused_by_name(alice: Persona) -> None:
    sent = sends(alice, TITLE, FRONT.replace(b"front", b"frnt") + b"; filename=a\r\n\r\nx")
    assert (sent.status_code, errors_of(sent)) == (400, {"frnt": "unknown_field"})


def test_a_browsers_empty_choice_is_no_file(alice: Persona) -> None:
    choice = FRONT + b'; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n'
    sent = sends(alice, TITLE, choice)
    assert (sent.status_code, sent.json()["front"]) == (201, None)


@pytest.mark.parametrize(
    "part",
    [b"", b"\r\n\r\nx", b"Content-Type: image/png\r\n\r\nx", b"Content-Disposition: x\r\n\r\nx"],
)
def test_a_part_that_names_no_field_is_passed_over(alice: Persona, part: bytes) -> None:
    assert sends(alice, part, TITLE).status_code == 201


@pytest.mark.parametrize("size", [0, 1, 65_530, 65_536, 200_000])
def test_a_part_ends_where_its_boundary_begins(alice: Persona, size: int) -> None:
    """What precedes the boundary is content, even where it looks like the boundary's beginning."""
    text = (b"\r\n--" * size)[:size]
    part = FRONT + b"; filename=a\r\n\r\n"
    refused = sends(alice, TITLE, part + b"x" + text)
    assert errors_of(refused) == {"front": "not_a_picture"}
    assert sends(alice, TITLE, part + drawn("PNG") + text).status_code == 201


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([FRONT + b"; filename=" + b"a" * 5_000 + b"\r\n\r\nx"], 400),
        ([b'Content-Disposition: form-data; name="a%d"\r\n\r\n' % n for n in range(1_001)], 413),
        (
            [
                b'Content-Disposition: form-data; name="a%d";filename=a\r\n\r\nx' % n
                for n in range(101)
            ],
            413,
        ),
    ],
    ids=["a long header", "many parts", "many files"],
)
def test_a_form_has_limits(alice: Persona, parts: list[bytes], status: int) -> None:
    assert sends(alice, TITLE, *parts).status_code == status
