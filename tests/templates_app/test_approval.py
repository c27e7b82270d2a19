"""A template's way to approval, and what members think of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.personas import Persona

SLOTS = {"type": "object", "properties": {"name": {"type": "string"}}}


def template_of(persona: Persona) -> Any:
    return persona.creates("templates", title="Full Art", slots=SLOTS)


def does(persona: Persona, template: Any, verb: str, body: Any = None) -> Any:
    return persona.api.post(f"templates/{template['id']}/{verb}", body)


def test_a_template_can_be_sent_back_and_approved(alice: Persona, moderator: Persona) -> None:
    template = template_of(alice)
    assert does(moderator, template, "approve").json()["code"] == "wrong_state"
    assert does(alice, template, "submit").json()["state"] == "submitted"
    assert does(alice, template, "approve").status_code == 403
    assert does(moderator, template, "request-changes", {}).status_code == 400
    sent_back = does(moderator, template, "request-changes", {"note": "Wider."}).json()
    assert sent_back["state"] == "changes_requested"
    assert alice.api.get(f"templates/{template['id']}").json()["moderator_note"] == "Wider."
    does(alice, template, "submit")
    assert does(moderator, template, "approve").json()["version"] == 1
    changed = alice.api.patch(f"templates/{template['id']}", {"slots": SLOTS | {"title": "x"}})
    assert changed.json()["state"] == "draft"
    assert does(moderator, template, "deprecate").status_code == 409


def test_bob_cannot_see_a_draft_or_use_it(alice: Persona, bob: Persona) -> None:
    template = template_of(alice)
    assert bob.api.get(f"templates/{template['id']}").status_code == 404
    used = alice.api.post("cards", {"title": "x", "template": template["id"]})
    assert used.status_code == 409


def test_slots_must_be_a_schema(alice: Persona) -> None:
    slots = {"type": "object", "properties": {"name": {"type": "nothing"}}}
    response = alice.api.post("templates", {"title": "x", "slots": slots})
    assert response.json()["errors"][0]["field"] == "slots"


def test_ratings_are_kept_while_reviews_change(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    template = template_of(alice)
    does(alice, template, "submit")
    does(moderator, template, "approve")
    first = bob.creates("reviews", template=template["id"], stars=5)
    second = carol.creates("reviews", template=template["id"], stars=2)
    assert bob.api.post("reviews", {"template": template["id"], "stars": 1}).status_code == 409
    carol.api.patch(f"reviews/{second['id']}", {"stars": 4})
    rated = alice.api.get(f"templates/{template['id']}").json()
    assert (rated["rating_average"], rated["rating_count"]) == (4.5, 2)
    bob.api.delete(f"reviews/{first['id']}")
    rated = alice.api.get(f"templates/{template['id']}").json()
    assert (rated["rating_average"], rated["rating_count"]) == (4, 1)
    assert bob.api.post("reviews", {"template": template["id"], "stars": 9}).status_code == 400
    card = bob.creates("cards", title="x", template=template["id"])
    assert card["template_version"]
    assert alice.api.get(f"templates/{template['id']}").json()["use_count"] == 1
    assert does(moderator, template, "deprecate").json()["state"] == "deprecated"
