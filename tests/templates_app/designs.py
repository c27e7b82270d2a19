"""Templates on their way to approval, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

SLOTS = {"type": "object", "properties": {"name": {"type": "string"}}}
STEPS = {
    "draft": [],
    "submitted": ["submit"],
    "changes_requested": ["submit", "request-changes"],
    "approved": ["submit", "approve"],
    "deprecated": ["submit", "approve", "deprecate"],
}


def does(persona: Persona, template: JsonObject, verb: str) -> Any:
    """Take one step with a template."""
    body = {"note": "Wider."} if verb == "request-changes" else None
    return persona.api.post(f"templates/{template['id']}/{verb}", body)


def template_in(state: str, author: Persona, moderator: Persona, **values: object) -> Any:
    """Make a template and bring it to a state."""
    template = author.creates("templates", title="Full Art", slots=SLOTS, **values)
    for verb in STEPS[state]:
        actor = author if verb == "submit" else moderator
        template = does(actor, template, verb).json()
    assert template["state"] == state
    return template


def seen(persona: Persona, template: Any) -> Any:
    """Read a template again."""
    return persona.api.get(f"templates/{template['id']}").json()
