"""What is sent as a picture to do harm is refused, with a word on why, and nothing of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.models import File
from files.pictures.executor import Allowance, PictureExecutor
from files.pictures.picture import MOST_PIXELS
from tests.files.corpus.hostile import refused
from tests.files.corpus.shown import of_phone, oriented, stills
from tests.files.drawings import animated, drawn
from tests.files.stored import stored_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from tests.personas import Persona

REFUSED = refused()


@pytest.fixture
def nothing_stays(db: None) -> Iterator[None]:
    """Prove at the end that there is no row, and no more in the storage than at the beginning."""
    before = stored_pictures()
    yield
    assert not File.objects.exists()
    assert stored_pictures() == before


@pytest.mark.usefixtures("nothing_stays")
def test_alice_cannot_send_what_is_no_harmless_picture(alice: Persona) -> None:
    told = {}
    for name, (_code, content) in REFUSED.items():
        # Whatever it says that it is.
        upload = SimpleUploadedFile("card.png", content, content_type="image/png")
        answer = alice.api.upload("cards", {"title": "Dragon", "front": upload})
        assert answer.status_code == 400, name
        (error,) = answer.json()["errors"]
        assert error["field"] == "front", name
        told[name] = error["code"], error["message"]
    assert {name: code for name, (code, _message) in told.items()} == {
        name: code for name, (code, _content) in REFUSED.items() if name != "nothing"
    } | {"nothing": told["nothing"][0]}
    assert "SVG" in told["SVG"][1]
    assert "scripts" in told["SVG"][1]


@pytest.mark.usefixtures("nothing_stays")
def test_alice_cannot_send_what_no_process_has_room_for(
    alice: Persona, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PICTURE_MEMORY_LIMIT = 64 * 1024**2
    small = PictureExecutor(processes=1, waiting=1, pixels=Allowance(MOST_PIXELS))
    monkeypatch.setattr("files.pictures.reading.picture_executor", lambda: small)
    upload = SimpleUploadedFile("phone.heic", of_phone("phone"))
    answer = alice.api.upload("cards", {"title": "Dragon", "front": upload})
    small.end()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_costly")


def test_a_phones_picture_fits_into_the_memory_of_a_process(alice: Persona) -> None:
    upload = SimpleUploadedFile("phone.heic", of_phone("phone"), content_type="image/heic")
    answer = alice.api.upload("cards", {"title": "Dragon", "front": upload})
    assert answer.status_code == 201, answer.content
    front = answer.json()["front"]
    assert (front["content_type"], front["width"], front["height"]) == ("image/jpeg", 3024, 4032)
    with default_storage.open(File.objects.get().key) as stored:
        assert stored.read(3) == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    "content",
    [
        dict(stills())["png RGBA"],
        dict(stills())["gif, one clear"],
        dict(oriented())["jpeg turned 6"],
        animated("WEBP"),
        of_phone("clear"),
    ],
    ids=["clear PNG", "clear GIF", "turned JPEG", "animation", "clear HEIC"],
)
def test_a_create_answers_with_the_blur(alice: Persona, content: bytes) -> None:
    assert len(blur_of(alice, content)) == 36


def test_what_is_clear_is_blurred_as_if_on_white(alice: Persona) -> None:
    # The colour of what is clear is black here, which nobody sees.
    pictures = [Image.new("RGBA", (40, 30), colour) for colour in ((0, 0, 0, 0), "white")]
    assert len({blur_of(alice, drawn("PNG", picture)) for picture in pictures}) == 1


def blur_of(alice: Persona, content: bytes) -> str:
    """Create a card with a picture; return the blurhash that is answered."""
    parts = {"title": "Dragon", "front": SimpleUploadedFile("x", content)}
    return str(alice.api.upload("cards", parts).json()["front"]["blurhash"])
