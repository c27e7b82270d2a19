"""Slots are a JSON Schema of an object, default effects are effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def of(slot: object) -> JsonObject:
    return {"type": "object", "properties": {"name": slot}}


@pytest.mark.parametrize(
    "slots",
    [
        of({"type": "string", "maxLength": 30}),
        of({"enum": ["fire", "water"]}) | {"required": ["name"]},
        of({"$ref": "#/$defs/word"}) | {"$defs": {"word": {"type": "string"}}},
        of(True),
        {"type": "object", "properties": {}},
    ],
)
def test_alice_can_say_what_a_card_fills(alice: Persona, slots: object) -> None:
    assert alice.creates("templates", title="Full Art", slots=slots)["slots"] == slots


@pytest.mark.parametrize(
    ("slots", "field"),
    [
        (None, "slots"),
        ("name", "slots"),
        ([], "slots"),
        ({}, "slots"),
        ({"type": "array", "properties": {}}, "slots.type"),
        ({"type": "object", "properties": []}, "slots.properties"),
        (of({"type": "nothing"}), "slots"),
        (of({"pattern": "("}), "slots"),
        (of({"$ref": "#/nowhere"}), "slots"),
        (of(5), "slots"),
    ],
)
def test_alice_cannot_say_it_in_another_language(alice: Persona, slots: object, field: str) -> None:
    refused = alice.api.post("templates", {"title": "x", "slots": slots})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    template = alice.creates("templates", title="x", slots=of({}))
    changed = alice.api.patch(f"templates/{template['id']}", {"slots": slots})
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (400, field)


def test_default_effects_are_checked_as_a_cards_are(alice: Persona) -> None:
    sent = {"title": "x", "slots": of({}), "default_effects": {"preset": "shiny"}}
    refused = alice.api.post("templates", sent)
    assert refused.json()["errors"][0]["field"] == "default_effects.preset"
    assert alice.api.post("templates", {"title": "x"}).json()["errors"][0]["field"] == "slots"
