"""Moving a card to a newer version of its template, and looking first what that would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cards.test_made_from_templates import approved

if TYPE_CHECKING:
    from templates_app.models import Template
    from tests.personas import Persona

HOLO, GOLD, COSMOS = ({"preset": preset} for preset in ("holo", "gold", "cosmos"))
FIRST = {"type": "object", "properties": {"name": {"type": "string"}, "hp": {"type": "integer"}}}
SECOND = {
    "type": "object",
    "required": ["name", "element"],
    "properties": {
        "name": {"type": "string", "maxLength": 8},
        "element": {"enum": ["fire", "water"], "default": "fire"},
    },
}


@pytest.fixture
def template(alice: Persona, moderator: Persona) -> Any:
    values = {"title": "Duel", "slots": FIRST, "default_effects": HOLO}
    return approved(alice, moderator, alice.creates("templates", **values))


@pytest.fixture
def cards(bob: Persona, template: Any) -> list[Any]:
    """Return one that fits the next version and one that does not."""
    given = {"template": template["id"], "status": "published"}
    fitting = bob.creates("cards", title="Fits", slots={"name": "Ember"}, **given)
    long = {"name": "Emberlord the First"}
    return [fitting, bob.creates("cards", title="Long", slots=long, effects=COSMOS, **given)]


def edited(alice: Persona, template: Any) -> None:
    changed = alice.api.patch(
        f"templates/{template['id']}", {"slots": SECOND, "default_effects": GOLD}
    )
    assert changed.status_code == 200


def preview(persona: Persona, template: Any, **query: Any) -> Any:
    return persona.api.get(f"templates/{template['id']}/upgrade-preview", **query)


def test_bob_sees_which_of_his_cards_would_change_and_moves_them(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, template: Template, cards: Any
) -> None:
    assert preview(bob, template).json() == {"version": 1, "results": [], "next": None}
    edited(alice, template)
    approved(alice, moderator, template)
    seen = preview(bob, template).json()
    fitting, long = seen["results"]
    assert (seen["version"], fitting["id"], fitting["version"]) == (2, cards[0]["id"], 1)
    slots = {"element": "fire", "name": "Ember"}
    assert (fitting["fits"], fitting["changes"]) == (True, {"slots": slots, "effects": GOLD})
    assert (long["fits"], long["errors"][0]["field"]) == (False, "slots.name")
    assert "effects" not in long["changes"], "they were chosen"
    assert preview(carol, template).json()["results"] == []

    path = f"cards/{cards[0]['id']}"
    moved = bob.api.post(f"{path}/upgrade").json()
    assert (moved["slots"], moved["effects"], moved["version"]) == (slots, GOLD, 2)
    assert moved["template_version"] != cards[0]["template_version"]
    path = f"cards/{cards[1]['id']}/upgrade"
    refused = bob.api.post(path)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "slots.name")
    moved = bob.api.post(path, {"slots": {"name": "Lord", "element": "water"}}).json()
    assert (moved["slots"]["element"], moved["effects"]) == ("water", COSMOS)
    assert preview(bob, template).json()["results"] == []
    restored = bob.api.post(f"cards/{cards[1]['id']}/restore", {"number": 1}).json()
    assert restored["template_version"] == cards[1]["template_version"]


def test_only_its_creator_can_move_a_card(
    alice: Persona, bob: Persona, anonymous: Persona, template: Template, cards: Any
) -> None:
    path = f"cards/{cards[0]['id']}/upgrade"
    assert alice.api.post(path).status_code == 403
    assert anonymous.api.post(path).status_code == 401
    assert preview(anonymous, template).status_code == 401
    plain = bob.creates("cards", title="Plain")
    refused = bob.api.post(f"cards/{plain['id']}/upgrade")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_template")


def test_the_author_sees_beforehand_what_pending_edits_would_change(
    alice: Persona, bob: Persona, template: Any, cards: Any
) -> None:
    mine = alice.creates("cards", title="Mine", template=template["id"], slots={"name": "Ash"})
    edited(alice, template)
    seen = preview(alice, template, pending="true").json()
    assert (seen["version"], [card["id"] for card in seen["results"]]) == (2, [mine["id"]])
    assert seen["results"][0]["changes"]["effects"] == GOLD
    assert preview(bob, template, pending="true").status_code == 403


def test_a_preview_has_pages(
    alice: Persona, bob: Persona, moderator: Persona, template: Template, cards: Any
) -> None:
    edited(alice, template)
    approved(alice, moderator, template)
    first = preview(bob, template, limit="1").json()
    assert first["next"] == first["results"][0]["id"] == cards[0]["id"]
    second = preview(bob, template, limit="1", after=first["next"]).json()
    assert (second["results"][0]["id"], second["next"]) == (cards[1]["id"], None)
    for wrong in ({"limit": "0"}, {"after": "x"}, {"limit": "31"}):
        assert preview(bob, template, **wrong).status_code == 400
