"""What of a record is answered: fields, the beginnings of long texts, and what is told of slips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources import registry
from resources.rules import SIGNED_IN
from tests.redeclared import redeclared
from users.models import User

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("description:excerpt(4)", "긴 글이"),
        ("description:excerpt(4,true)", "긴 글이…"),
        ("description:excerpt(4, false)", "긴 글이"),
        ("description:excerpt(100,true)", "긴 글이 여기 있다"),
    ],
)
def test_a_reader_can_ask_for_the_beginning_of_a_text(
    alice: Persona, field: str, shown: str
) -> None:
    card = alice.creates("cards", title="Dragon", description="긴 글이 여기 있다")
    answer = alice.api.get(f"cards/{card['id']}", fields=f"id,{field},title")
    assert answer.json() == {"id": card["id"], "description": shown, "title": "Dragon"}
    (listed,) = alice.api.get("cards", fields=field).json()["results"]
    assert listed == {"description": shown}


@pytest.mark.parametrize(
    "field", ["like_count:excerpt(4)", "title:excerpt(x)", "title:excerpt(1,2)", "title:short(1)"]
)
def test_a_reader_is_told_of_what_is_no_excerpt(alice: Persona, field: str) -> None:
    (error,) = alice.api.get("cards", fields=field).json()["errors"]
    assert (error["field"], error["code"]) == ("fields", "unknown_field")


def test_a_reader_is_told_to_expand_what_they_want_fields_of(alice: Persona) -> None:
    (error,) = alice.api.get("cards", fields="id,expand.creator.username").json()["errors"]
    assert (error["field"], error["code"]) == ("fields", "not_expanded")
    assert "expand=creator" in error["message"]


def test_an_expanded_record_of_a_closed_resource_is_null(
    alice: Persona, anonymous: Persona
) -> None:
    alice.creates("cards", title="Dragon", status="published")
    with redeclared(registry.resource_of(User), view=SIGNED_IN):
        for persona, expected in ((alice, alice.id), (anonymous, None)):
            [seen] = persona.api.get("cards", expand="creator", fields="expand").json()["results"]
            assert (seen["expand"]["creator"] or {}).get("id") == expected


def test_a_random_order_is_the_same_for_the_same_seed(alice: Persona) -> None:
    ids = [alice.creates("cards", title=f"{number}")["id"] for number in range(8)]

    def order(sort: str) -> list[str]:
        answer = alice.api.get("cards", sort=sort).json()
        assert answer["next"] is None
        return [card["id"] for card in answer["results"]]

    assert order("@random:a") == order("@random:a")
    assert len({tuple(order(f"@random:{seed}")) for seed in "abcdefgh"}) > 1
    assert sorted(order("@random")) == sorted(ids)
    assert len({tuple(order("@random")) for _again in range(10)}) > 1
    assert alice.api.get("cards", sort="@random:!").status_code == 400


def test_an_admin_can_page_a_table_by_number(alice: Persona) -> None:
    ids = [alice.creates("cards", title=f"{number}")["id"] for number in range(7)]
    page = alice.api.get("cards", page="2", limit="3", sort="title").json()
    assert [card["id"] for card in page["results"]] == ids[3:6]
    assert (page["page"], page["page_count"], page["count"]) == (2, 3, 7)
    following = alice.api.client.get(page["next"]).json()
    assert [card["id"] for card in following["results"]] == ids[6:]
    before = alice.api.client.get(page["previous"]).json()
    assert [card["id"] for card in before["results"]] == ids[:3]
    beyond = alice.api.get("cards", page="9", limit="3").json()
    assert (beyond["results"], beyond["page_count"]) == ([], 3)


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("comments", {"page": "1"}),
        ("cards", {"page": "0"}),
        ("cards", {"page": "x"}),
        ("cards", {"page": "101", "limit": "100"}),
        ("cards", {"page": "1", "cursor": "x"}),
    ],
)
def test_a_page_that_there_cannot_be_is_refused(
    alice: Persona, resource: str, parameters: dict[str, str]
) -> None:
    (error,) = alice.api.get(resource, **parameters).json()["errors"]
    assert error["field"] == "page"
