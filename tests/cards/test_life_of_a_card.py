"""A card from draft to remix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona


def test_alice_can_publish_change_and_restore_a_card(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon")
    assert (card["status"], card["version"]) == ("draft", 0)
    path = f"cards/{card['id']}"
    assert alice.api.post(f"{path}/publish").json()["version"] == 1
    assert alice.api.patch(path, {"title": "Wyvern"}).json()["version"] == 2
    assert alice.api.patch(path, {"visibility": "unlisted"}).json()["version"] == 2
    restored = alice.api.post(f"{path}/restore", {"version": 1}).json()
    assert (restored["title"], restored["version"]) == ("Dragon", 3)
    assert alice.api.post(f"{path}/restore", {"version": 9}).status_code == 404
    versions = alice.api.get("card-versions", card=card["id"], fields="number").json()
    assert [version["number"] for version in versions["results"]] == [3, 2, 1]


def test_a_profile_counts_published_cards(alice: Persona) -> None:
    first = alice.creates("cards", title="Dragon", status="published")
    alice.creates("cards", title="Moth")
    assert User.objects.get(pk=alice.id).card_count == 1
    alice.api.post(f"cards/{first['id']}/archive")
    assert User.objects.get(pk=alice.id).card_count == 0
    alice.api.post(f"cards/{first['id']}/publish")
    alice.api.delete(f"cards/{first['id']}")
    assert User.objects.get(pk=alice.id).card_count == 0


def test_bob_can_like_a_card_once(alice: Persona, bob: Persona) -> None:
    path = f"cards/{alice.creates('cards', title='Dragon', status='published')['id']}/like"
    assert [bob.api.put(path).json()["like_count"] for _ in range(2)] == [1, 1]
    assert len(bob.api.get("card-likes").json()["results"]) == 1
    assert [bob.api.delete(path).json()["like_count"] for _ in range(2)] == [0, 0]


def test_bob_can_remix_a_card_which_then_names_its_origin(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published", effects={"preset": "gold"})
    remix = bob.api.post(f"cards/{card['id']}/remix").json()
    assert (remix["creator"], remix["remixed_from"]) == (bob.id, card["id"])
    assert (remix["status"], remix["effects"]) == ("draft", {"preset": "gold"})


@pytest.mark.parametrize(
    ("values", "viewed", "listed"),
    [
        ({"status": "draft"}, 404, False),
        ({"status": "published", "visibility": "private"}, 404, False),
        ({"status": "published", "visibility": "unlisted"}, 200, False),
        ({"status": "published", "visibility": "public"}, 200, True),
    ],
)
def test_bob_can_see_only_what_is_meant_for_him(
    alice: Persona, bob: Persona, values: dict[str, str], viewed: int, listed: bool
) -> None:
    card = alice.creates("cards", title="Dragon", **values)
    assert bob.api.get(f"cards/{card['id']}").status_code == viewed
    assert bool(bob.api.get("cards").json()["results"]) is listed
    assert alice.api.get(f"cards/{card['id']}").status_code == 200
    refusal = 403 if viewed == 200 else 404
    assert bob.api.patch(f"cards/{card['id']}", {"title": "x"}).status_code == refusal


@pytest.mark.parametrize(
    ("effects", "field"),
    [
        ({"preset": "shiny"}, "effects.preset"),
        ({"intensity": 3}, "effects.intensity"),
        ({"colours": ["#fff"]}, "effects.colours.0"),
        ({"layers": [{"layer": "front"}]}, "effects.layers.0"),
        ({"sparkle": 1}, "effects"),
    ],
)
def test_alice_is_told_where_her_effects_are_wrong(
    alice: Persona, effects: object, field: str
) -> None:
    response = alice.api.post("cards", {"title": "x", "effects": effects})
    assert response.json()["errors"][0]["field"] == field
