"""Remixes: drafts that name their origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def remixes(persona: Persona, card: JsonObject) -> Any:
    return persona.api.post(f"cards/{card['id']}/remix")


def test_bob_can_remix_a_card_which_then_names_its_origin(alice: Persona, bob: Persona) -> None:
    shown = {"tags": ["fire"], "rarity": "epic", "effects": {"preset": "gold"}}
    card = alice.creates("cards", title="Dragon", status="published", **shown)
    remix = remixes(bob, card).json()
    assert remix["id"] != card["id"]
    assert (remix["creator"], remix["remixed_from"]) == (bob.id, card["id"])
    assert (remix["status"], remix["version"], remix["like_count"]) == ("draft", 0, 0)
    assert {name: remix[name] for name in shown} == shown
    bob.api.patch(f"cards/{remix['id']}", {"title": "Wyvern"})
    assert alice.api.get(f"cards/{card['id']}").json()["title"] == "Dragon"


def test_a_remix_of_a_remix_names_its_own_origin(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    remix = remixes(bob, card).json()
    bob.api.post(f"cards/{remix['id']}/publish")
    second = remixes(carol, remix).json()
    assert second["remixed_from"] == remix["id"]
    seen = carol.api.get(f"cards/{second['id']}", expand="remixed_from").json()
    assert seen["expand"]["remixed_from"]["remixed_from"] == card["id"]


def test_a_remix_outlives_its_origin(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    remix = remixes(bob, card).json()
    assert alice.api.delete(f"cards/{card['id']}").status_code == 204
    assert bob.api.get(f"cards/{remix['id']}").json()["remixed_from"] is None


def test_nobody_can_remix_what_they_cannot_see(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    card = alice.creates("cards", title="Dragon")
    assert remixes(bob, card).status_code == 404
    alice.api.post(f"cards/{card['id']}/publish")
    assert remixes(anonymous, card).status_code == 401
    named = bob.api.post("cards", {"title": "x", "remixed_from": card["id"]})
    assert named.json()["errors"][0]["code"] == "unknown_field"
