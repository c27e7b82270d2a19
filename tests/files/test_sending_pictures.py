"""Pictures arrive with a record, or by the id of one that was sent before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.models import File
from tests.files.drawings import ANIMATED_KINDS, SIZE, animated, drawn

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

ORIENTATION = 0x0112


def sends(persona: Persona, content: bytes, name: str = "x.png", **values: object) -> Any:
    parts = {"title": "Dragon", **values, "front": SimpleUploadedFile(name, content)}
    return persona.api.upload("cards", parts)


def test_alice_can_send_a_picture_with_a_card_whatever_its_name(alice: Persona) -> None:
    sent = sends(alice, drawn("WEBP"), "x.txt", effects='{"preset": "gold"}', tags='["fire"]')
    assert sent.status_code == 201, sent.content
    card = sent.json()
    assert (card["effects"], card["tags"]) == ({"preset": "gold"}, ["fire"])
    front = card["front"]
    assert front["content_type"] == "image/webp"
    assert (front["width"], front["height"]) == SIZE
    fetched: Any = alice.api.client.get(front["url"])
    assert len(fetched.getvalue()) == front["size"]


def test_alice_can_use_a_picture_again_and_take_it_off(alice: Persona) -> None:
    front = sends(alice, drawn("PNG")).json()["front"]
    again = alice.creates("cards", title="Moth", front=front["id"])
    assert again["front"]["url"] == front["url"]
    assert alice.api.patch(f"cards/{again['id']}", {"front": None}).json()["front"] is None


def test_bob_cannot_use_alices_picture(alice: Persona, bob: Persona) -> None:
    front = sends(alice, drawn("PNG")).json()["front"]
    for picture in (front["id"], "nonsense", 7):
        stolen = bob.api.post("cards", {"title": "Thief", "front": picture})
        assert stolen.status_code == 400
        assert stolen.json()["errors"][0]["field"] == "front"


def test_alice_cannot_send_text_as_a_picture(alice: Persona, settings: Settings) -> None:
    refused = sends(alice, b"hello")
    assert refused.status_code == 400
    error = refused.json()["errors"][0]
    assert (error["field"], error["code"]) == ("front", "not_a_picture")
    settings.PICTURE_BYTES_LIMIT = 20
    assert sends(alice, drawn("PNG")).json()["errors"][0]["code"] == "too_large"
    assert not File.objects.exists()


@pytest.mark.parametrize("picture", [*ANIMATED_KINDS, "16-bit grey"])
def test_a_picture_has_its_blur_at_once(alice: Persona, picture: str) -> None:
    deep = Image.new("I;16", (400, 300), 30_000)
    content = animated(picture) if picture in ANIMATED_KINDS else drawn("PNG", deep)
    assert len(sends(alice, content).json()["front"]["blurhash"]) > 6


def test_what_is_up_stays_up(alice: Persona) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    front = sends(alice, drawn("JPEG", exif=exif)).json()["front"]
    assert (front["width"], front["height"]) == SIZE[::-1]
