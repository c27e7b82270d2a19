"""Effects and tags: documents whose errors say where they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from templates_app.effects import PRESETS

if TYPE_CHECKING:
    from tests.personas import Persona

FULL = {
    "preset": "cosmos",
    "intensity": 0.8,
    "glare": 0,
    "angle": 120,
    "colours": ["#ff00aa", "#00FFAA"],
    "layers": [{"layer": "front", "depth": -0.5}, {"layer": "foil", "depth": 1}],
}


def test_alice_can_say_everything_about_a_shimmer(alice: Persona) -> None:
    assert alice.creates("cards", title="Dragon", effects=FULL)["effects"] == FULL
    for preset in PRESETS:
        card = alice.creates("cards", title="Dragon", effects={"preset": preset})
        assert card["effects"] == {"preset": preset}


@pytest.mark.parametrize(
    ("effects", "field"),
    [
        ("gold", "effects"),
        ([], "effects"),
        (None, "effects"),
        ({"sparkle": 1}, "effects"),
        ({"preset": "shiny"}, "effects.preset"),
        ({"intensity": 3}, "effects.intensity"),
        ({"angle": "north"}, "effects.angle"),
        ({"colours": ["#ffffff", "#fff"]}, "effects.colours.1"),
        ({"colours": ["#ffffff"] * 7}, "effects.colours"),
        ({"layers": [{"layer": "front"}]}, "effects.layers.0"),
        ({"layers": [{"layer": "back", "depth": 0}]}, "effects.layers.0.layer"),
        ({"layers": [{"layer": "foil", "depth": 2}]}, "effects.layers.0.depth"),
    ],
)
def test_alice_is_told_where_her_effects_are_wrong(
    alice: Persona, effects: object, field: str
) -> None:
    response = alice.api.post("cards", {"title": "x", "effects": effects})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    card = alice.creates("cards", title="x")
    changed = alice.api.patch(f"cards/{card['id']}", {"effects": effects})
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize("tags", [[], ["fire"], ["ember", "holo-2026", "a_b"]])
def test_alice_can_tag_a_card_and_find_it(alice: Persona, tags: list[str]) -> None:
    card = alice.creates("cards", title="Dragon", tags=tags)
    assert card["tags"] == tags
    for tag in tags:
        [found] = alice.api.get("cards", tags=tag).json()["results"]
        assert found["id"] == card["id"]
    assert alice.api.get("cards", tags="water").json()["results"] == []


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        ("fire", "tags"),
        (["two words"], "tags.0"),
        (["fire", "fire"], "tags"),
        (["x", ""], "tags.1"),
        (["x" * 41], "tags.0"),
        ([f"tag{number}" for number in range(11)], "tags"),
    ],
)
def test_alice_cannot_tag_carelessly(alice: Persona, tags: object, field: str) -> None:
    response = alice.api.post("cards", {"title": "x", "tags": tags})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", ""), ("title", "x" * 121), ("rarity", "shiny"), ("status", "sold")],
)
def test_alice_cannot_make_an_odd_card(alice: Persona, name: str, value: str) -> None:
    response = alice.api.post("cards", {"title": "Dragon", name: value})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, name)
