"""The database and a plain evaluator of the grammar agree about random filters on random rows.

Each half of the suite runs its own database; as both agree with the evaluator, they agree with
each other. `GRAMMAR_CASES` sets how many filters are tried (300 without it).
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from cards.models import Card
from resources import registry
from resources.errors import Problem
from resources.execution.reader import list_records
from resources.query.filters.parser import parse
from tests.resources.grammar.community import filters, populate
from tests.resources.grammar.evaluator import holds

if TYPE_CHECKING:
    from resources.actors import Actor
    from resources.json_text import JsonObject
    from tests.personas import Persona

CASES = int(os.environ.get("GRAMMAR_CASES", "300"))
WORLDS = 3


class Community:
    """A member who reads, for as long as it takes, and all cards as rows of the evaluator."""

    def __init__(self, reader: Actor, rows: list[JsonObject]) -> None:
        self.reader = reader
        self.rows = rows


@pytest.fixture(params=range(WORLDS))
def community(request: pytest.FixtureRequest, alice: Persona, bob: Persona) -> Community:
    return Community(alice.actor, populate(Random(request.param), alice, bob, 40))


def found(reader: Actor, expression: str) -> set[str]:
    """Return the ids of the cards that a filter finds."""
    query = urlencode({"filter": expression, "fields": "id", "limit": 100})
    with transaction.atomic():  # so that an error of the database is the first and the last
        answer = list_records(registry.resource_of(Card), reader, query, "")
    return {card["id"] for card in orjson.loads(answer.body)["results"]}


@given(expression=filters)
@settings(
    max_examples=CASES // WORLDS,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_filter_finds_what_its_meaning_says(community: Community, expression: str) -> None:
    expected = {str(row["id"]) for row in community.rows if holds(parse(expression), row)}
    try:
        assert found(community.reader, expression) == expected, expression
    except Problem as problem:
        pytest.fail(f"{expression}: {problem.as_json()}")
