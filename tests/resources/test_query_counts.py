"""How many queries an answer may cost, whatever the number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card
from resources import changes, registry
from resources.actors import SYSTEM
from resources.execution.epochs import epochs
from tests.contract.examples import example_row

if TYPE_CHECKING:
    from resources.declaration import Resource
    from tests.personas import Persona


everything = pytest.mark.parametrize("resource", list(registry.all_resources()), ids=str)


def queries_of(persona: Persona, path: str, **parameters: str) -> int:
    epochs.note_position(0, 3600)  # of the log, which is read once a second else
    with CaptureQueriesContext(connection) as queries:
        response = persona.api.get(path, **parameters)
    assert response.status_code == 200, response.content
    # The first query of a signed-in request loads the actor.
    return len(queries) - 1


@everything
def test_a_record_costs_one_query_however_much_is_expanded(
    resource: Resource, alice: Persona, admin: Persona
) -> None:
    row = example_row(resource, owner=alice)
    reader = alice if resource.view.permits(alice.actor, row) else admin
    expand = ",".join(resource.expand)
    parameters = {"expand": expand} if expand else {}
    assert queries_of(reader, f"{resource}/{row.pk}", **parameters) == 1


@everything
def test_a_list_costs_one_query_however_much_is_expanded(
    resource: Resource, alice: Persona, admin: Persona
) -> None:
    row = example_row(resource, owner=alice)
    reader = alice if resource.list.permits(alice.actor, row) else admin
    expand = ",".join(resource.expand)
    parameters = {"expand": expand} if expand else {}
    assert queries_of(reader, f"{resource}", **parameters) == 1


@pytest.mark.parametrize("number", [1, 100])
def test_a_filtered_list_with_an_expand_costs_one_query_for_any_number_of_rows(
    alice: Persona, number: int
) -> None:
    rows = [Card(creator=alice.user, title="Dragon", status="published") for _ in range(number)]
    changes.create_many(rows, by=SYSTEM)
    asked = {
        "filter": '(rarity="common" || like_count>10) && title~"dragon"',
        "expand": "creator,template.author",
        "sort": "-like_count",
        "limit": "100",
    }
    assert queries_of(alice, "cards", **asked) == 1
    assert len(alice.api.get("cards", **asked).json()["results"]) == number
