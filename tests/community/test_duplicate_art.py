"""Fronts that are nearly somebody else's: the author is told at once, moderators get a case."""

from __future__ import annotations

from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image, ImageOps

from cards.models import ArtBand
from demo.artwork import card_front
from files.care.hashing import unhashed_pictures
from files.models import File
from files.storage import set_up_storage
from tests.consuming import run_consumers

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

ART, OTHER_ART = (card_front("fire", "rare", seed) for seed in (1, 2))


@pytest.fixture(autouse=True)
def storage(db: None) -> None:
    set_up_storage()


def stolen(art: bytes) -> bytes:
    """Return the art smaller, paler and compressed anew."""
    file = BytesIO()
    copy = Image.open(BytesIO(art)).convert("RGB").resize((300, 420))
    ImageOps.autocontrast(copy).save(file, "JPEG", quality=60)
    return file.getvalue()


def drawn(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def front(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("front", content)


def draws(persona: Persona, content: bytes, **values: object) -> Any:
    sent = {"title": "Dragon", "status": "published", "front": front(content), **values}
    answer = persona.api.upload("cards", sent)
    assert answer.status_code == 201, answer.content
    return answer.json()


def cases(moderator: Persona) -> list[Any]:
    run_consumers("duplicate-art")
    listed: list[Any] = moderator.api.get("moderation-cases", kind="duplicate_art").json()[
        "results"
    ]
    return listed


def test_the_author_is_told_in_the_answer_and_moderators_get_a_case(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    card = draws(alice, ART)
    copy = draws(bob, stolen(ART))
    assert (card["resembles"], copy["resembles"]) == (None, card["id"])
    path = f"cards/{copy['id']}"
    assert carol.api.get(path).json()["resembles"] is None
    assert moderator.api.get(path).json()["resembles"] == card["id"]
    refused = carol.api.get("cards", filter=f'resembles="{card["id"]}"')
    assert refused.status_code == 400
    [case] = cases(moderator)
    assert (case["target_id"], case["subject"]) == (copy["id"], bob.id)
    [note] = moderator.api.get("case-notes", case=case["id"]).json()["results"]
    assert card["id"] in note["text"]
    bob.api.post(f"{path}/archive")
    bob.api.post(f"{path}/publish")
    assert len(cases(moderator)) == 1

    mended = bob.api.upload(path, {"front": front(OTHER_ART)}, method="patch").json()
    assert (mended["resembles"], mended["updated_at"] > copy["updated_at"]) == (None, True)
    assert draws(carol, stolen(OTHER_ART))["resembles"] == copy["id"]


@pytest.mark.parametrize(
    ("cuts", "is_found"),
    [
        ((0.02, 0.02, 0.02, 0.02), True),
        ((0.05, 0.05, 0.05, 0.05), True),
        ((0.1, 0.1, 0.1, 0.1), True),
        ((0.02, 0, 0, 0), True),
        ((0.2, 0.2, 0.2, 0.2), False),
        ((0, 0.1, 0, 0), False),
    ],
)
def test_a_cut_out_is_found_if_little_is_cut_off_all_sides_alike(
    alice: Persona, bob: Persona, cuts: tuple[float, float, float, float], is_found: bool
) -> None:
    card = draws(alice, ART)
    left, top, right, bottom = cuts
    whole = Image.open(BytesIO(stolen(ART)))
    width, height = whole.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    resembles = draws(bob, drawn(whole.crop(box)))["resembles"]
    assert resembles == (card["id"] if is_found else None)


def test_a_mirror_image_is_found_and_a_turned_picture_is_not(alice: Persona, bob: Persona) -> None:
    card = draws(alice, ART)
    copy = Image.open(BytesIO(stolen(ART)))
    assert draws(bob, drawn(ImageOps.mirror(copy)))["resembles"] == card["id"]
    assert draws(bob, drawn(copy.rotate(90, expand=True)))["resembles"] is None


def test_pictures_of_before_are_hashed_and_then_found(alice: Persona, bob: Persona) -> None:
    card = draws(alice, ART)
    File.objects.update(perceptual_hash="")
    ArtBand.objects.all().delete()
    assert draws(bob, stolen(ART))["resembles"] is None
    shown = StringIO()
    call_command("hash_art", stdout=shown)
    assert shown.getvalue() == "Pictures hashed: 1.\n"
    assert not unhashed_pictures().exists()
    assert draws(bob, stolen(ART))["resembles"] == card["id"]


def test_a_draft_waits_for_its_case_until_it_is_published(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    card = draws(alice, ART)
    draft = draws(bob, stolen(ART), status="draft")
    assert (draft["resembles"], cases(moderator)) == (card["id"], [])
    bob.api.post(f"cards/{draft['id']}/publish")
    assert [case["target_id"] for case in cases(moderator)] == [draft["id"]]


def test_ones_own_art_remixes_and_what_is_not_public_resemble_nothing(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    card = draws(alice, ART)
    assert draws(alice, stolen(ART))["resembles"] is None
    remix = bob.api.post(f"cards/{card['id']}/remix").json()
    touched = bob.api.upload(f"cards/{remix['id']}", {"front": front(stolen(ART))}, method="patch")
    assert touched.json()["resembles"] is None
    assert draws(bob, OTHER_ART, visibility="private")["resembles"] is None
    assert draws(carol, stolen(OTHER_ART))["resembles"] is None
    plain = BytesIO()
    Image.new("RGB", (64, 64), "red").save(plain, "PNG")
    assert [draws(each, plain.getvalue())["resembles"] for each in (bob, carol)] == [None, None]


def test_a_deleted_card_is_no_longer_resembled(alice: Persona, bob: Persona) -> None:
    card = draws(alice, ART)
    copy = draws(bob, stolen(ART))
    assert alice.api.delete(f"cards/{card['id']}").status_code == 204
    assert bob.api.get(f"cards/{copy['id']}").json()["resembles"] is None
    assert {str(band.card_id) for band in ArtBand.objects.all()} == {copy["id"]}
