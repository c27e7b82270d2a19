"""Files that go straight to the bucket, and are looked at here in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from files.models import File, Upload
from files.uploads import presigned
from tests.files.drawings import drawn
from tests.files.uploads.tus import content_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

PICTURE = drawn("PNG")
PATH = "uploads/multipart"
MEBIBYTE = 1024 * 1024


def puts(upload: JsonObject, content: bytes) -> list[str]:
    """Send the parts of a content, and return their tags."""
    tags, rest = [], content
    for part in upload["parts"]:
        sent = httpx.put(part["url"], content=rest[: part["size"]])
        assert sent.status_code == 200, sent.text
        tags.append(sent.headers["etag"])
        rest = rest[part["size"] :]
    return tags


def begins(persona: Persona, content: bytes, **described: str) -> Any:
    begun = persona.api.post(PATH, {"size": len(content), **described})
    assert begun.status_code == 201, begun.content
    return begun.json()


def completes(persona: Persona, upload: JsonObject, **sent: object) -> Any:
    return persona.api.post(f"uploads/{upload['id']}/complete", sent)


@pytest.mark.embedded
def test_on_a_disk_alice_is_told_of_tus(alice: Persona) -> None:
    refused = alice.api.post(PATH, {"size": 5})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_available")
    assert not Upload.objects.exists()


@pytest.mark.servers
def test_alice_sends_a_picture_to_the_bucket(alice: Persona) -> None:
    upload = begins(alice, PICTURE, name="a.png", field="cards.front")
    missing = completes(alice, upload)
    assert (missing.status_code, missing.json()["missing"]) == (409, [1])
    puts(upload, PICTURE)
    first, again = completes(alice, upload), completes(alice, upload)
    assert first.status_code == 200, first.content
    assert (first.json()["state"], first.json()) == ("finished", again.json())
    card = alice.creates("cards", title="Dragon", front=first.json()["file"])
    assert card["front"]["content_type"] == "image/png"
    assert File.objects.count() == 1


@pytest.mark.servers
def test_of_two_parts_under_one_number_the_tag_chooses(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presigned, "PART_BYTES", 5 * MEBIBYTE)
    content = b"%PDF-1.7" + bytes(6 * MEBIBYTE)
    upload = begins(alice, content, field="posts.attachment")
    assert [part["size"] for part in upload["parts"]] == [5 * MEBIBYTE, MEBIBYTE + 8]
    tags = puts(upload, content)
    again = alice.api.post(f"uploads/{upload['id']}/parts", {"numbers": [1]}).json()["parts"]
    other = httpx.put(again[0]["url"], content=b"x" * again[0]["size"])
    assert other.status_code == 200
    parts = [{"number": number, "etag": tag} for number, tag in enumerate(tags, 1)]
    done = completes(alice, upload, parts=parts)
    assert done.status_code == 200, done.content
    assert content_of(done.json()["file"]) == content


@pytest.mark.servers
def test_what_the_bytes_are_is_looked_at(alice: Persona, settings: Settings) -> None:
    upload = begins(alice, b"hello", field="cards.front")
    puts(upload, b"hello")
    refused = completes(alice, upload)
    assert (refused.status_code, refused.json()["code"]) == (415, "not_a_picture")
    assert completes(alice, upload).json()["code"] == "not_a_picture"
    settings.QUOTA_LEVELS = [(100, 9)]
    assert alice.api.post(PATH, {"size": 101}).json()["code"] == "quota_exceeded"


@pytest.mark.servers
def test_an_upload_to_the_bucket_can_be_ended_by_its_owner_alone(
    alice: Persona, bob: Persona
) -> None:
    upload = begins(alice, PICTURE)
    assert completes(bob, upload).status_code == 404
    assert bob.api.delete(f"uploads/{upload['id']}").status_code == 404
    assert alice.api.delete(f"uploads/{upload['id']}").status_code == 204
    assert httpx.put(upload["parts"][0]["url"], content=PICTURE).status_code == 404
