"""Edits of a public template: what was approved stays public until the next is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files.drawings import drawn
from tests.templates_app.designs import SLOTS, does, seen, template_in

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

OTHER_SLOTS = {"type": "object", "properties": {"motto": {"type": "string"}}}
EDITS = {
    "title": "Wider Art",
    "description": "Wider.",
    "category": "item",
    "slots": OTHER_SLOTS,
    "default_effects": {"preset": "gold"},
}


def edits(persona: Persona, template: JsonObject, **values: object) -> Any:
    answer = persona.api.patch(f"templates/{template['id']}", values)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize("state", ["approved", "deprecated"])
@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_a_public_template_waits_for_approval(
    alice: Persona, bob: Persona, moderator: Persona, state: str, name: str
) -> None:
    public = template_in(state, alice, moderator)
    waiting = edits(alice, public, **{name: EDITS[name]})
    assert (waiting["pending"], waiting["pending_state"]) == ({name: EDITS[name]}, "draft")
    assert seen(bob, public)[name] == public[name]
    assert does(alice, public, "submit").json()["pending_state"] == "submitted"
    assert seen(bob, public)[name] == public[name]
    approved = does(moderator, public, "approve").json()
    assert (approved["state"], approved["version"]) == (state, 2)
    assert (approved["pending"], approved["pending_state"]) == ({}, "")
    assert seen(bob, public)[name] == EDITS[name]


def test_a_new_preview_waits_too(alice: Persona, bob: Persona, moderator: Persona) -> None:
    public = template_in("approved", alice, moderator)
    sent = SimpleUploadedFile("frame.png", drawn("PNG"))
    picture = alice.api.upload("cards", {"title": "Any", "front": sent}).json()["front"]
    waiting = edits(alice, public, title="Framed", preview=picture["id"])
    assert waiting["pending_preview"]["id"] == picture["id"]
    assert waiting["preview"] is None
    does(alice, public, "submit")
    does(moderator, public, "approve")
    now = seen(bob, public)
    assert (now["title"], now["preview"]["id"]) == ("Framed", picture["id"])


def test_nobody_else_sees_what_waits(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    public = template_in("approved", alice, moderator)
    edits(alice, public, title="Secret plans")
    for other in (bob, anonymous):
        shown = seen(other, public)
        assert [shown[name] for name in ("pending", "pending_preview", "pending_state")] == [
            None
        ] * 3
    assert seen(moderator, public)["pending"] == {"title": "Secret plans"}


def test_versions_keep_the_slots_that_were_approved(alice: Persona, moderator: Persona) -> None:
    public = template_in("approved", alice, moderator)
    edits(alice, public, slots=OTHER_SLOTS)
    card = alice.creates("cards", title="Old frame", template=public["id"])
    does(alice, public, "submit")
    does(moderator, public, "approve")
    versions = alice.api.get("template-versions", template=public["id"]).json()["results"]
    assert [version["slots"] for version in versions] == [OTHER_SLOTS, SLOTS]
    assert card["template_version"] == versions[1]["id"]


def test_an_edit_can_be_sent_back_and_withdrawn(alice: Persona, moderator: Persona) -> None:
    public = template_in("approved", alice, moderator)
    edits(alice, public, title="Wider Art")
    does(alice, public, "submit")
    back = does(moderator, public, "request-changes").json()
    assert (back["state"], back["pending_state"]) == ("approved", "changes_requested")
    withdrawn = edits(alice, public, title=public["title"])
    assert (withdrawn["pending"], withdrawn["pending_state"]) == ({}, "")
    assert does(alice, public, "submit").status_code == 409


def test_what_moderators_look_at_cannot_change_under_their_eyes(
    alice: Persona, moderator: Persona
) -> None:
    public = template_in("approved", alice, moderator)
    edits(alice, public, title="Fine")
    does(alice, public, "submit")
    again = edits(alice, public, title="Not fine")
    assert again["pending_state"] == "draft"
    assert does(moderator, public, "approve").status_code == 409


def test_slots_that_are_no_schema_are_refused_at_once(alice: Persona, moderator: Persona) -> None:
    public = template_in("approved", alice, moderator)
    broken = {"type": "object", "properties": {"name": {"type": "nonsense"}}}
    refused = alice.api.patch(f"templates/{public['id']}", {"slots": broken})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "slots")
    assert seen(alice, public)["pending"] == {}
