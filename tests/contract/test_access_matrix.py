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

everything = pytest.mark.parametrize("resource", RESOURCES, ids=str)


@pytest.fixture
def personas(request: pytest.FixtureRequest) -> list[Persona]:
    """Return everyone, those with the fewest rights first."""
    return [request.getfixturevalue(name) for name in PERSONAS]


def refusal(persona: Persona) -> int:
    """Return the status with which a visible row refuses this persona."""
    return 403 if persona.user else 401


@everything
def test_everyone_views_and_lists_exactly_what_the_rules_open(
    resource: Resource, personas: list[Persona], alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    for persona in personas:
        may = resource.view.permits(persona.actor, row)
        viewed = persona.api.get(f"{resource}/{row.pk}")
        assert viewed.status_code == (200 if may else 404), viewed.content
        response = persona.api.get(f"{resource}", limit="100")
        if resource.list.scope(persona.actor, resource.model) is False:
            assert response.status_code == refusal(persona)
            continue
        listed = {record["id"] for record in response.json()["results"]}
        is_listed = resource.list.permits(persona.actor, row)
        assert (str(row.pk) in listed) is is_listed
        assert may or not is_listed, "what is listed can be viewed"


@everything
def test_everyone_updates_exactly_what_the_update_rule_opens(
    resource: Resource, personas: list[Persona], alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    for persona in personas:
        visible = resource.view.permits(persona.actor, row)
        allowed = resource.update.permits(persona.actor, row)
        response = persona.api.patch(f"{resource}/{row.pk}", {})
        expected = 404 if not visible else 200 if allowed else refusal(persona)
        assert response.status_code == expected, response.content


@everything
def test_everyone_deletes_exactly_what_the_delete_rule_opens(
    resource: Resource, personas: list[Persona], alice: Persona
) -> None:
    row = example_row(resource, owner=alice)
    for persona in personas:
        visible = resource.view.permits(persona.actor, row)
        allowed = resource.delete.permits(persona.actor, row)
        response = persona.api.delete(f"{resource}/{row.pk}")
        expected = 404 if not visible else 204 if allowed else refusal(persona)
        assert response.status_code == expected, response.content
        if visible:
            left = persona.api.get(f"{resource}/{row.pk}").status_code
            assert left == (404 if allowed else 200)
        if expected == 204:
            row = example_row(resource, owner=alice)


@everything
def test_everyone_creates_only_where_the_create_rule_opens(
    resource: Resource, personas: list[Persona], alice: Persona
) -> None:
    for persona in personas:
        values = writable_values(resource, owner=alice)
        before = resource.model._default_manager.count()
        response = persona.api.post(f"{resource}", values)
        if resource.create.scope(persona.actor, resource.model) is False:
            assert response.status_code == refusal(persona)
        if response.status_code != 201:
            assert response.status_code in (400, 401, 403, 409), response.content
            assert resource.model._default_manager.count() == before
