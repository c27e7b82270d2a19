"""Cards made from templates: the version they pin, the effects they get, the uses they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

SLOTS = {"type": "object", "properties": {"name": {"type": "string"}}}


def approved(author: Persona, moderator: Persona, template: Any = None) -> Any:
    template = template or author.creates("templates", title="Full Art", slots=SLOTS)
    author.api.post(f"templates/{template['id']}/submit")
    return moderator.api.post(f"templates/{template['id']}/approve").json()


def test_bobs_card_pins_the_version_it_was_made_from(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    template = approved(alice, moderator)
    card = bob.creates("cards", title="Dragon", template=template["id"])
    alice.api.patch(f"templates/{template['id']}", {"slots": SLOTS | {"title": "Wider"}})
    assert approved(alice, moderator, template)["version"] == 2
    later = bob.creates("cards", title="Moth", template=template["id"])
    pinned = [
        bob.api.get(f"cards/{made['id']}", expand="template_version").json()["expand"]
        for made in (card, later)
    ]
    assert [made["template_version"]["number"] for made in pinned] == [1, 2]
    assert pinned[0]["template_version"]["slots"] == SLOTS


def test_bobs_card_has_the_effects_of_its_template_unless_he_chooses(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    holo, gold = {"preset": "holo"}, {"preset": "gold", "intensity": 0.5}
    draft = alice.creates("templates", title="Full Art", slots=SLOTS, default_effects=holo)
    template = approved(alice, moderator, draft)
    alice.api.patch(f"templates/{template['id']}", {"default_effects": gold})
    choices: list[JsonObject] = [{}, {"effects": gold}, {"effects": {}}]
    made = [
        bob.creates("cards", title="Dragon", template=template["id"], **choice)
        for choice in choices
    ]
    assert [card["effects"] for card in made] == [holo, gold, {}]


def test_a_template_counts_its_uses(alice: Persona, bob: Persona, moderator: Persona) -> None:
    template = approved(alice, moderator)
    cards = [bob.creates("cards", title=name, template=template["id"]) for name in "AB"]
    bob.api.delete(f"cards/{cards[0]['id']}")
    assert bob.api.get(f"templates/{template['id']}").json()["use_count"] == 2


def test_bob_cannot_use_what_is_not_approved(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    draft = alice.creates("templates", title="Full Art", slots=SLOTS)
    unseen = bob.api.post("cards", {"title": "x", "template": draft["id"]})
    assert (unseen.status_code, unseen.json()["errors"][0]["field"]) == (400, "template")
    own = alice.api.post("cards", {"title": "x", "template": draft["id"]})
    assert (own.status_code, own.json()["code"]) == (409, "wrong_state")
    template = approved(alice, moderator, draft)
    alice.api.post(f"templates/{template['id']}/deprecate")
    deprecated = bob.api.post("cards", {"title": "x", "template": template["id"]})
    assert deprecated.status_code == 409
    assert bob.api.get("cards").json()["results"] == []


def test_a_card_outlives_its_template(alice: Persona, bob: Persona, moderator: Persona) -> None:
    template = approved(alice, moderator)
    card = bob.creates("cards", title="Dragon", template=template["id"])
    assert moderator.api.delete(f"templates/{template['id']}").status_code == 204
    kept = bob.api.get(f"cards/{card['id']}").json()
    assert (kept["template"], kept["template_version"]) == (None, None)
    moved = bob.api.patch(f"cards/{card['id']}", {"template": template["id"]})
    assert moved.json()["errors"][0]["code"] == "unknown_field"
