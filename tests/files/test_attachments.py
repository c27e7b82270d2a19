"""A post carries a video, a PDF, a 3D model or a sound, known by its bytes alone."""

from __future__ import annotations

from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING, Any, override

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from files.content_types import EXTENSIONS, content_type_of
from files.models import File
from files.policies import FilePolicy, attachment_policy, policy_of
from files.services import store_file
from tests.files.albums import errors_of, stored
from tests.files.drawings import drawn

if TYPE_CHECKING:
    from tests.personas import Persona


def media(major: bytes, *others: bytes) -> bytes:
    """Return how an ISO media file of these brands begins."""
    brands = major + pack(">I", 512) + b"".join(others)
    return pack(">I", 8 + len(brands)) + b"ftyp" + brands + pack(">I", 8) + b"mdat"


def ebml(doctype: bytes) -> bytes:
    """Return how a file in EBML begins, as ffmpeg writes it."""
    header = b"\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
    header += b"\x42\x82" + bytes([0x80 + len(doctype)]) + doctype + b"\x42\x87\x81\x04"
    return b"\x1aE\xdf\xa3" + bytes([0x80 + len(header)]) + header


def ogg(codec: bytes) -> bytes:
    return b"OggS\x00\x02" + bytes(20) + b"\x01\x1e" + codec


GLB = b"glTF" + pack("<II", 2, 20) + pack("<I", 0) + b"JSON"
MP4 = media(b"isom", b"isom", b"iso2", b"avc1", b"mp41")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
KNOWN = {
    "application/pdf": [PDF, b"%PDF-2.0\n"],
    "audio/flac": [b"fLaC\x00\x00\x00\x22"],
    "audio/mp4": [media(b"M4A ", b"M4A ", b"mp42", b"isom")],
    "audio/mpeg": [b"ID3\x04\x00\x00\x00\x00\x00\x00", b"\xff\xfb\x90\x64", b"\xff\xf3\x40\xc0"],
    "audio/ogg": [ogg(b"\x01vorbis"), ogg(b"OpusHead")],
    "audio/wav": [b"RIFF\x24\x00\x00\x00WAVEfmt "],
    "model/gltf-binary": [GLB],
    "video/mp4": [
        MP4,
        media(b"mp42", b"mp42", b"isom"),
        media(b"iso5", b"iso5", b"dash"),
        media(b"avc1"),
        media(b"M4V ", b"M4V ", b"mp42"),
    ],
    "video/webm": [ebml(b"webm")],
}
REFUSED = {
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a drawing with a script": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
    "a script": b"#!/bin/sh\necho\n",
    "an archive": b"PK\x03\x04\x14\x00\x00\x00",
    "a program": b"MZ\x90\x00\x03",
    "a page before a PDF": b"<html>\n" + PDF,
    "a Matroska file": ebml(b"matroska"),
    "an Ogg video": ogg(b"\x80theora"),
    "an AVIF": media(b"avif", b"avif", b"mif1", b"miaf"),
    "an AVIF that says so late": media(b"mif1", b"mif1", b"avif", b"iso8"),
    "a HEIC": media(b"heic", b"mif1", b"heic"),
    "a QuickTime film": media(b"qt  ", b"qt  "),
    "a picture": drawn("PNG"),
    "another picture": drawn("JPEG"),
    "an old model": b"glTF" + pack("<II", 7, 20) + bytes(8),
    "a text that begins as UTF-16": b"\xff\xfeh\x00i\x00",
    "letters": b"hello",
}


def sends(persona: Persona, content: bytes, name: str = "a.mp4", kind: str = "video/mp4") -> Any:
    part = SimpleUploadedFile(name, content, content_type=kind)
    return persona.api.upload("posts", {"text": "Look", "attachment": part})


@pytest.mark.parametrize(
    ("content_type", "content"),
    [(name, content) for name, contents in KNOWN.items() for content in contents],
)
def test_a_type_is_found_in_the_bytes(content_type: str, content: bytes) -> None:
    assert content_type_of(content) == content_type
    assert content_type_of(content + bytes(600)) == content_type


def test_each_type_has_an_example() -> None:
    assert KNOWN.keys() == EXTENSIONS.keys()


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_none_of_them_is_refused_whatever_it_is_called(
    alice: Persona, content: bytes
) -> None:
    assert content_type_of(content) is None
    assert errors_of(sends(alice, content)) == {"attachment": "wrong_type"}
    assert not File.objects.exists()


@pytest.mark.parametrize("content", [b"", *(PDF[:size] for size in range(1, 7)), GLB[:6], MP4[:9]])
def test_a_beginning_too_short_to_tell_is_none(content: bytes) -> None:
    assert content_type_of(content) is None


@pytest.mark.parametrize(
    ("content", "kind", "disposition"),
    [
        (MP4 + bytes(3_000), "video/mp4", "inline"),
        (ogg(b"OpusHead") + bytes(300), "audio/ogg", "inline"),
        (PDF + bytes(3_000), "application/pdf", "attachment"),
        (GLB, "model/gltf-binary", "attachment"),
    ],
)
def test_an_attachment_is_answered_and_sent_as_what_it_is(
    alice: Persona, content: bytes, kind: str, disposition: str
) -> None:
    """Names and declared types count for nothing; only what is played opens in place."""
    post = sends(alice, content, "x.html", "text/html").json()
    shown = post["attachment"]
    assert (shown["content_type"], shown["size"]) == (kind, len(content))
    assert (shown["width"], shown["height"], shown["blurhash"]) == (None, None, "")
    sent: Any = alice.api.client.get(shown["url"])
    assert b"".join(sent.streaming_content) == content
    assert sent["Content-Type"] == kind
    assert sent["Content-Disposition"].startswith(f"{disposition}; ")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent["Content-Security-Policy"]
    assert alice.api.client.get(shown["url"], {"thumb": "100x100"}).status_code == 400


def test_alice_takes_an_attachment_off_and_shows_it_again(alice: Persona) -> None:
    post = sends(alice, MP4).json()
    path, video = f"posts/{post['id']}", post["attachment"]["id"]
    assert alice.api.patch(path, {"attachment": None}).json()["attachment"] is None
    again = alice.api.patch(path, {"attachment": video}).json()
    assert again["attachment"]["id"] == video


def test_a_column_takes_only_files_of_its_own_kind(alice: Persona) -> None:
    video = sends(alice, MP4).json()["attachment"]["id"]
    (picture,) = stored(alice, 1)
    wrong = {"front": video, "title": "Dragon"}
    assert errors_of(alice.api.post("cards", wrong)) == {"front": "wrong_type"}
    mixed = {"text": "Look", "attachment": picture, "images": [video]}
    assert errors_of(alice.api.post("posts", mixed)) == {
        "attachment": "wrong_type",
        "images.0": "wrong_type",
    }


def test_an_attachment_cannot_be_larger_than_its_column_says(alice: Persona) -> None:
    policy = FilePolicy(frozenset({"application/pdf"}), 1_000)
    with pytest.raises(ValidationError) as refused:
        store_file(by=alice.actor, upload=BytesIO(PDF + bytes(1_000)), policy=policy)
    assert refused.value.code == "too_large"
    assert policy_of("posts.attachment").most_bytes == 10 * 1024**3


def test_a_declaration_can_only_name_types_that_are_known() -> None:
    with pytest.raises(ValueError, match="text/html"):
        attachment_policy(["video/mp4", "text/html"], 1)


def test_the_key_and_the_digest_are_those_of_the_bytes(alice: Persona) -> None:
    sends(alice, MP4)
    file = File.objects.get()
    assert file.key.startswith("attachments/")
    assert file.key.endswith(".mp4")
    with default_storage.open(file.key) as kept:
        assert kept.read() == MP4


class Watched(BytesIO):
    """An upload that remembers how much of it was wanted at once."""

    most = 0

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and remember the size."""
        piece = super().read(size)
        self.most = max(self.most, len(piece))
        return piece


def test_an_attachment_is_never_whole_in_memory(alice: Persona) -> None:
    upload = Watched(PDF + bytes(9 * 1024 * 1024))
    policy = policy_of("posts.attachment")
    file = store_file(by=alice.actor, upload=upload, policy=policy)
    assert default_storage.size(file.key) == file.size == len(upload.getvalue())
    assert upload.most <= 8 * 1024 * 1024
