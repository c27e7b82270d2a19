"""A card from draft to its latest version, and back to an earlier one."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.storage import set_up_storage

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def versions_of(persona: Persona, card: JsonObject) -> list[Any]:
    listed = persona.api.get("card-versions", card=card["id"]).json()["results"]
    return sorted(listed, key=lambda version: int(version["number"]))


def picture(colour: str) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return SimpleUploadedFile("x.png", file.getvalue())


def test_a_draft_has_no_versions(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"})
    assert (card["status"], card["version"], card["published_at"]) == ("draft", 0, None)
    assert versions_of(alice, card) == []


def test_every_change_of_what_a_published_card_shows_is_a_version(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    path = f"cards/{card['id']}"
    first = alice.api.post(f"{path}/publish").json()
    assert (first["version"], first["status"]) == (1, "published")
    assert alice.api.patch(path, {"title": "Wyvern"}).json()["version"] == 2
    assert alice.api.patch(path, {"visibility": "unlisted"}).json()["version"] == 2
    again = alice.api.post(f"{path}/publish").json()
    assert (again["version"], again["published_at"]) == (2, first["published_at"])
    assert [version["content"]["title"] for version in versions_of(alice, card)] == [
        "Dragon",
        "Wyvern",
    ]


def test_what_changed_out_of_sight_is_a_version_when_it_shows(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    path = f"cards/{card['id']}"
    assert alice.api.post(f"{path}/archive").json()["status"] == "archived"
    assert alice.api.patch(path, {"title": "Wyvern"}).json()["version"] == 1
    assert alice.api.post(f"{path}/publish").json()["version"] == 2
    assert versions_of(alice, card)[-1]["content"]["title"] == "Wyvern"


def test_alice_can_restore_a_version_with_its_pictures(alice: Persona) -> None:
    set_up_storage()
    parts = {"title": "Dragon", "status": "published", "front": picture("red")}
    card = alice.api.upload("cards", parts).json()
    path = f"cards/{card['id']}"
    alice.api.patch(path, {"title": "Wyvern", "front": None, "effects": {"preset": "gold"}})
    restored = alice.api.post(f"{path}/restore", {"number": 1}).json()
    assert (restored["title"], restored["effects"], restored["version"]) == ("Dragon", {}, 3)
    assert restored["front"] == card["front"]
    shown = versions_of(alice, card)
    assert [version["front"] for version in shown] == [card["front"], None, card["front"]]
    assert alice.api.post(f"{path}/restore", {"number": 3}).json()["version"] == 3


def test_alice_cannot_restore_what_never_was(alice: Persona) -> None:
    path = f"cards/{alice.creates('cards', title='Dragon', status='published')['id']}/restore"
    assert alice.api.post(path, {"number": 9}).status_code == 404
    refused = alice.api.post(path, {"number": 0})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "number")


def test_bob_can_see_versions_of_what_he_can_see_but_not_restore_them(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    assert len(versions_of(bob, card)) == 1
    assert bob.api.post(f"cards/{card['id']}/restore", {"number": 1}).status_code == 403
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert versions_of(bob, card) == []


def test_what_a_card_said_in_private_stays_its_creators(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    card = alice.creates("cards", title="Secret", status="published", visibility="private")
    path = f"cards/{card['id']}"
    alice.api.patch(path, {"title": "Confession"})
    alice.api.patch(path, {"title": "Dragon", "visibility": "public"})
    for keeper in (alice, moderator):
        told = [(v["content"]["title"], v["visibility"]) for v in versions_of(keeper, card)]
        private = [("Secret", "private"), ("Confession", "private")]
        assert told == [*private, ("Dragon", "public")]
    hidden = [version["id"] for version in versions_of(alice, card)[:2]]
    for stranger in (bob, anonymous):
        assert [version["content"]["title"] for version in versions_of(stranger, card)] == [
            "Dragon"
        ]
        for version in hidden:
            assert stranger.api.get(f"card-versions/{version}").status_code == 404
        listed = stranger.api.get("card-versions", count="exact").json()
        assert listed["count"] == len(listed["results"]) == 1
        asked = f'card_versions_via_card.id?="{hidden[0]}"'
        assert stranger.api.get("cards", filter=asked).json()["results"] == []


def test_what_is_shown_unchanged_after_private_days_is_a_version_for_all(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published", visibility="private")
    assert card["published_at"] is None, "nobody could see it"
    path = f"cards/{card['id']}"
    shown = alice.api.patch(path, {"visibility": "unlisted"}).json()
    assert (shown["version"], len(versions_of(bob, card))) == (2, 1)
    assert shown["published_at"] >= card["updated_at"]
    alice.api.patch(path, {"visibility": "private"})
    again = alice.api.patch(path, {"visibility": "public"}).json()
    assert (again["version"], again["published_at"]) == (2, shown["published_at"])


def test_a_version_made_in_private_can_be_shown_by_restoring_it(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Secret", status="published", visibility="private")
    path = f"cards/{card['id']}"
    alice.api.patch(path, {"title": "Dragon", "visibility": "public"})
    assert alice.api.post(f"{path}/restore", {"number": 1}).json()["version"] == 3
    titles = [version["content"]["title"] for version in versions_of(bob, card)]
    assert titles == ["Dragon", "Secret"]
