"""A template's way to approval: which steps there are, and who may take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.templates_app.designs import STEPS, does, seen, template_in

if TYPE_CHECKING:
    from tests.personas import Persona

STEP = {
    ("draft", "submit"): "submitted",
    ("changes_requested", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "request-changes"): "changes_requested",
    ("approved", "deprecate"): "deprecated",
}
VERBS = ("submit", "approve", "request-changes", "deprecate")


@pytest.mark.parametrize("state", STEPS)
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_steps_there_are_can_be_taken(
    alice: Persona, moderator: Persona, state: str, verb: str
) -> None:
    template = template_in(state, alice, moderator)
    answer = does(alice if verb == "submit" else moderator, template, verb)
    reached = STEP.get((state, verb))
    if reached:
        assert (answer.status_code, answer.json()["state"]) == (200, reached)
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
        assert seen(alice, template)["state"] == state


@pytest.mark.parametrize("state", STEPS)
def test_bob_can_see_what_is_usable_and_change_nothing(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona, state: str
) -> None:
    template = template_in(state, alice, moderator)
    is_usable = state in ("approved", "deprecated")
    for verb in VERBS:
        assert does(bob, template, verb).status_code == (403 if is_usable else 404)
        assert does(anonymous, template, verb).status_code == (401 if is_usable else 404)
    path = f"templates/{template['id']}"
    assert bob.api.patch(path, {"title": "x"}).status_code == (403 if is_usable else 404)
    assert bool(anonymous.api.get("templates").json()["results"]) is is_usable


def test_its_author_cannot_approve_it(alice: Persona, moderator: Persona) -> None:
    template = template_in("submitted", alice, moderator)
    assert does(alice, template, "approve").status_code == 403
    assert does(alice, template, "request-changes").status_code == 403
    assert does(moderator, template, "submit").status_code == 403
    refused = alice.api.patch(f"templates/{template['id']}", {"state": "approved"})
    assert refused.json()["errors"][0]["field"] == "state"


def test_a_moderator_says_what_to_change_to_the_author_alone(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    template = template_in("submitted", alice, moderator)
    path = f"templates/{template['id']}/request-changes"
    assert moderator.api.post(path, {}).json()["errors"][0]["field"] == "note"
    moderator.api.post(path, {"note": "Wider."})
    assert seen(alice, template)["moderator_note"] == "Wider."
    does(alice, template, "submit")
    does(moderator, template, "approve")
    assert seen(bob, template)["moderator_note"] is None


@pytest.mark.parametrize("state", STEPS)
def test_alice_can_take_back_what_nobody_uses(
    alice: Persona, moderator: Persona, state: str
) -> None:
    path = f"templates/{template_in(state, alice, moderator)['id']}"
    is_free = state in ("draft", "submitted", "changes_requested")
    assert alice.api.delete(path).status_code == (204 if is_free else 403)
    assert moderator.api.delete(path).status_code == (404 if is_free else 204)


def test_nobody_approves_a_template_of_their_own(moderator: Persona, admin: Persona) -> None:
    template = template_in("submitted", moderator, moderator)
    refused = does(moderator, template, "approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_template")
    assert does(admin, template, "approve").json()["state"] == "approved"


def test_what_was_submitted_is_a_draft_again_once_it_changes(
    alice: Persona, moderator: Persona
) -> None:
    template = template_in("submitted", alice, moderator)
    path = f"templates/{template['id']}"
    assert alice.api.patch(path, {"title": template["title"]}).json()["state"] == "submitted"
    assert alice.api.patch(path, {"title": "Something else"}).json()["state"] == "draft"
    assert does(moderator, template, "approve").status_code == 409
