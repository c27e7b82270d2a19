"""Who may do what, for every resource and verb, asked over HTTP and held against the rules.

The matrix is made from the registry: a new resource is covered by being declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources import registry
from tests.contract.examples import example_row, writable_values

if TYPE_CHECKING:
    from resources.declaration import Resource
    from tests.personas import Persona


PERSONAS = ("anonymous", "alice", "bob", "moderator", "admin")
RESOURCES = list(registry.all_resources())

everyone = pytest.mark.parametrize("name", PERSONAS)
everything = pytest.mark.parametrize("resource", RESOURCES, ids=str)


@pytest.fixture
def persona(name: str, request: pytest.FixtureRequest) -> Persona:
    found: Persona = request.getfixturevalue(name)
    return found


def refusal(persona: Persona) -> int:
    """Return the status with which a visible row refuses this persona."""
    return 403 if persona.user else 401


@everything
@everyone
def test_a_persona_can_view_exactly_what_the_view_rule_opens(
    resource: Resource, persona: Persona, alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    may = resource.view.permits(persona.actor, row)
    response = persona.api.get(f"{resource}/{row.pk}")
    assert response.status_code == (200 if may else 404), response.content


@everything
@everyone
def test_a_persona_can_list_exactly_what_the_list_rule_opens(
    resource: Resource, persona: Persona, alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    response = persona.api.get(f"{resource}", limit="100")
    if resource.list.scope(persona.actor, resource.model) is False:
        assert response.status_code == refusal(persona)
        return
    listed = {record["id"] for record in response.json()["results"]}
    assert (str(row.pk) in listed) is resource.list.permits(persona.actor, row)


@everything
@everyone
def test_a_persona_can_update_exactly_what_the_update_rule_opens(
    resource: Resource, persona: Persona, alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    visible = resource.view.permits(persona.actor, row)
    allowed = resource.update.permits(persona.actor, row)
    response = persona.api.patch(f"{resource}/{row.pk}", {})
    expected = 404 if not visible else 200 if allowed else refusal(persona)
    assert response.status_code == expected, response.content


@everything
@everyone
def test_a_persona_can_delete_exactly_what_the_delete_rule_opens(
    resource: Resource, persona: Persona, alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    visible = resource.view.permits(persona.actor, row)
    allowed = resource.delete.permits(persona.actor, row)
    response = persona.api.delete(f"{resource}/{row.pk}")
    expected = 404 if not visible else 204 if allowed else refusal(persona)
    assert response.status_code == expected, response.content
    if visible:
        assert persona.api.get(f"{resource}/{row.pk}").status_code == (404 if allowed else 200)


@everything
@everyone
def test_a_persona_can_create_only_where_the_create_rule_opens(
    resource: Resource, persona: Persona, alice: Persona
) -> None:
    values = writable_values(resource, owner=alice)
    before = resource.model._default_manager.count()
    response = persona.api.post(f"{resource}", values)
    if resource.create.scope(persona.actor, resource.model) is False:
        assert response.status_code == refusal(persona)
    if response.status_code != 201:
        assert response.status_code in (400, 401, 403, 409), response.content
        assert resource.model._default_manager.count() == before


@everything
def test_what_is_listed_can_be_viewed(
    resource: Resource, alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona
) -> None:
    row = example_row(resource, owner=alice)
    for persona in (alice, bob, anonymous, moderator):
        if resource.list.permits(persona.actor, row):
            assert resource.view.permits(persona.actor, row)
