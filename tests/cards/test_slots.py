"""Slots: what a card fills its template with, checked against the version that it pins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cards.test_made_from_templates import approved
from tests.cards.test_versions import versions_of

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

SLOTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "hp": {"type": "integer", "minimum": 0, "maximum": 999},
        "attacks": {
            "type": "array",
            "maxItems": 2,
            "items": {"type": "object", "required": ["title"], "properties": {"title": {}}},
        },
    },
}
FILLED = {"name": "Ember", "hp": 120, "attacks": [{"title": "불꽃"}]}


@pytest.fixture
def template(alice: Persona, moderator: Persona) -> Any:
    return approved(alice, moderator, alice.creates("templates", title="Duel", slots=SLOTS))


def test_a_card_fills_the_slots_of_its_template(bob: Persona, template: Any) -> None:
    card = bob.creates("cards", title="Dragon", template=template["id"], slots=FILLED)
    assert card["slots"] == FILLED
    path = f"cards/{card['id']}"
    changed = bob.api.patch(path, {"slots": {"name": "Ash"}})
    assert (changed.status_code, changed.json()["slots"]) == (200, {"name": "Ash"})
    assert bob.api.patch(path, {"title": "Wyvern"}).json()["slots"] == {"name": "Ash"}
    [found] = bob.api.get("cards", filter='slots.name="Ash"').json()["results"]
    assert found["id"] == card["id"]


@pytest.mark.parametrize(
    ("slots", "fields"),
    [
        (None, ["slots"]),
        ("Ember", ["slots"]),
        ([], ["slots"]),
        ({}, ["slots"]),
        ({"name": "x" * 21, "hp": "many"}, ["slots.hp", "slots.name"]),
        (FILLED | {"attacks": [{"title": "a"}, {}]}, ["slots.attacks.1"]),
        (FILLED | {"colour": "red"}, ["slots"]),
        (FILLED | {"attacks": ["x" * 9_000]}, ["slots"]),
        ({"name": "a\0b"}, ["slots"]),
    ],
)
def test_bob_is_told_where_his_slots_are_wrong(
    bob: Persona, template: Any, slots: object, fields: list[str]
) -> None:
    sent = {"title": "Dragon", "template": template["id"], "slots": slots}
    refused = bob.api.post("cards", sent)
    assert refused.status_code == 400
    assert sorted(error["field"] for error in refused.json()["errors"]) == fields
    card = bob.creates("cards", title="Dragon", template=template["id"], slots=FILLED)
    changed = bob.api.patch(f"cards/{card['id']}", {"slots": slots})
    assert sorted(error["field"] for error in changed.json()["errors"]) == fields
    assert bob.api.get(f"templates/{template['id']}").json()["use_count"] == 1


def test_what_must_be_filled_is_asked_for(bob: Persona, template: JsonObject) -> None:
    refused = bob.api.post("cards", {"title": "Dragon", "template": template["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "slots")


def test_a_card_without_a_template_has_no_slots(bob: Persona) -> None:
    refused = bob.api.post("cards", {"title": "Dragon", "slots": FILLED})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "no_template")
    assert bob.creates("cards", title="Dragon", slots={})["slots"] == {}


def test_the_version_that_a_card_pins_decides(
    alice: Persona, bob: Persona, moderator: Persona, template: Any
) -> None:
    card = bob.creates("cards", title="Dragon", template=template["id"], slots=FILLED)
    narrower = {
        "type": "object",
        "properties": {"motto": {"type": "string"}},
        "required": ["motto"],
    }
    alice.api.patch(f"templates/{template['id']}", {"slots": narrower})
    approved(alice, moderator, template)
    path = f"cards/{card['id']}"
    assert bob.api.patch(path, {"slots": FILLED | {"hp": 10}}).status_code == 200
    assert bob.api.patch(path, {"slots": {"motto": "Burn"}}).status_code == 400
    later = bob.creates("cards", title="Moth", template=template["id"], slots={"motto": "Burn"})
    assert later["slots"] == {"motto": "Burn"}


def test_versions_and_remixes_keep_the_slots(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, template: Any
) -> None:
    values = {"template": template["id"], "slots": FILLED, "status": "published"}
    card = bob.creates("cards", title="Dragon", **values)
    path = f"cards/{card['id']}"
    assert bob.api.patch(path, {"slots": {"name": "Ash"}}).json()["version"] == 2
    kept = versions_of(carol, card)
    assert [version["content"]["slots"] for version in kept] == [FILLED, {"name": "Ash"}]
    assert [version["template_version"] for version in kept] == [card["template_version"]] * 2
    remix = carol.api.post(f"{path}/remix").json()
    assert remix["slots"] == {"name": "Ash"}
    assert [remix[name] for name in ("template", "template_version")] == [
        card[name] for name in ("template", "template_version")
    ]
    wrong = carol.api.patch(f"cards/{remix['id']}", {"slots": {"hp": 5}})
    assert wrong.status_code == 400
    assert bob.api.post(f"{path}/restore", {"number": 1}).json()["slots"] == FILLED
    assert alice.api.get(f"templates/{template['id']}").json()["use_count"] == 2
    assert moderator.api.delete(f"templates/{template['id']}").status_code == 204
    assert bob.api.post(f"{path}/restore", {"number": 2}).json()["slots"] == {"name": "Ash"}
