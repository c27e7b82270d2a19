"""Fronts that are nearly somebody else's: the author is told at once, moderators get a case."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps

from cards.models import ArtBand
from demo.artwork import card_front
from files.storage import set_up_storage
from tests.consuming import run_consumers

if TYPE_CHECKING:
    from tests.personas import Persona

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


def front(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("front", content)


def draws(persona: Persona, content: bytes, **values: Any) -> Any:
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
