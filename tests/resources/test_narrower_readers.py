"""A column that not everyone may read tells them nothing by any other way either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cards.models import Card
from resources import registry
from resources.rules import own
from tests.redeclared import redeclared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.json_text import JsonObject
    from tests.personas import Persona

MINE = own("creator")


@pytest.fixture
def card(alice: Persona, moderator: Persona) -> Iterator[Any]:
    """Yield a card whose effects, and what it is a remix of, only its creator may read."""
    origin = alice.creates("cards", title="Origin", status="published")
    remix = alice.api.post(f"cards/{origin['id']}/remix").json()
    alice.api.patch(f"cards/{remix['id']}", {"effects": {"preset": "gold"}})
    narrower = {"effects": MINE, "remixed_from": MINE}
    with redeclared(registry.resource_of(Card), readers=narrower):
        yield alice.api.post(f"cards/{remix['id']}/publish").json()


def found(persona: Persona, **asked: str) -> list[str]:
    response = persona.api.get("cards", **asked)
    assert response.status_code == 200, response.content
    return [record["title"] for record in response.json()["results"]]


def test_others_read_nothing_in_the_column(card: JsonObject, alice: Persona, bob: Persona) -> None:
    assert card["effects"] == {"preset": "gold"}
    seen = bob.api.get(f"cards/{card['id']}").json()
    assert (seen["effects"], seen["remixed_from"]) == (None, None)


@pytest.mark.parametrize(
    "expression",
    [
        'effects.preset="gold" && remixed_from!=""',
        'effects.preset!="" && remixed_from!=""',
        'remixed_from.title="Origin"',
        'remixed_from.created_at>"2000-01-01"',
    ],
)
def test_others_can_filter_neither_by_it_nor_by_what_it_leads_to(
    card: object, alice: Persona, bob: Persona, expression: str
) -> None:
    assert len(found(alice, filter=expression)) == 1
    assert found(bob, filter=expression) == []


def test_others_cannot_look_back_by_it(card: JsonObject, alice: Persona, bob: Persona) -> None:
    asked = f'cards_via_remixed_from.id?="{card["id"]}"'
    assert found(alice, filter=asked) == ["Origin"]
    assert found(bob, filter=asked) == []


def test_others_cannot_expand_it(card: JsonObject, alice: Persona, bob: Persona) -> None:
    for persona, title in ((alice, "Origin"), (bob, None)):
        shown = persona.api.get(f"cards/{card['id']}", expand="remixed_from").json()["expand"]
        assert (shown["remixed_from"] or {}).get("title") == title
