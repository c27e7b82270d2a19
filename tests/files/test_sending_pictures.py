"""Pictures arrive with a record, or by the id of one that was sent before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from files.models import File
from tests.files.drawings import SIZE, drawn

if TYPE_CHECKING:
    from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

    from tests.personas import Persona


def sends(persona: Persona, content: bytes, name: str = "x.png", **values: Any) -> Any:
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


def test_a_blur_follows_in_the_background(
    alice: Persona,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    with django_capture_on_commit_callbacks(execute=True):
        card = sends(alice, drawn("PNG")).json()
    assert card["front"]["blurhash"] == ""
    seen = alice.api.get(f"cards/{card['id']}").json()
    assert len(seen["front"]["blurhash"]) > 6
