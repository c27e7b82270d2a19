"""What of a record is answered: fields, the beginnings of long texts, and what is told of slips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
