"""A collection's order: cards at the end, moved behind one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.ids import new_id
from tests.collections_app.binders import card_of, filled, items_of, titles_of

if TYPE_CHECKING:
    from tests.personas import Persona


def move(persona: Persona, item: Any, after: Any) -> Any:
    behind = after["id"] if after else None
    return persona.api.post(f"collection-items/{item['id']}/move", {"after": behind})


@pytest.mark.parametrize(
    ("moved", "after", "order"),
    [
        (2, None, "CAB"),
        (0, 2, "BCA"),
        (0, 1, "BAC"),
        (2, 0, "ACB"),
        (1, 0, "ABC"),
        (0, None, "ABC"),
    ],
)
def test_alice_can_move_a_card(alice: Persona, moved: int, after: int | None, order: str) -> None:
    collection = filled(alice, *"ABC")
    items = items_of(alice, collection)
    answer = move(alice, items[moved], None if after is None else items[after])
    assert answer.status_code == 200, answer.content
    assert titles_of(alice, collection) == order


def test_moving_one_card_leaves_the_others_where_they_are(alice: Persona) -> None:
    collection = filled(alice, *"ABC")
    before = items_of(alice, collection)
    move(alice, before[2], before[0])
    after = {item["id"]: item["position"] for item in items_of(alice, collection)}
    for item in before[:2]:
        assert after[item["id"]] == item["position"]


def test_a_gap_never_becomes_too_narrow(alice: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collections_app.services.LONGEST_POSITION", 2)
    collection = filled(alice, *"ABCD")
    for _ in range(20):
        first, *_middle, last = items_of(alice, collection)
        assert move(alice, last, first).status_code == 200
        assert titles_of(alice, collection)[0] == "A"
    assert all(len(item["position"]) <= 2 for item in items_of(alice, collection))
    assert titles_of(alice, collection) == "ACDB"


def test_alice_cannot_move_a_card_behind_what_is_not_there(alice: Persona) -> None:
    collection, other = filled(alice, *"AB"), filled(alice, "X")
    first = items_of(alice, collection)[0]
    [elsewhere] = items_of(alice, other)
    for after in (elsewhere, {"id": str(new_id())}, first, {"id": "x"}):
        refused = move(alice, first, after)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "after")
    assert alice.api.post(f"collection-items/{first['id']}/move", {}).status_code == 400


def test_a_card_is_in_a_collection_once(alice: Persona) -> None:
    collection = filled(alice)
    item = {"collection": collection["id"], "card": card_of(alice)}
    alice.creates("collection-items", **item)
    again = alice.api.post("collection-items", item)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert {error["field"] for error in again.json()["errors"]} == {"collection", "card"}
    assert alice.api.get(f"collections/{collection['id']}").json()["item_count"] == 1


def test_a_collection_counts_its_cards(alice: Persona) -> None:
    collection = filled(alice, *"AB")
    path = f"collections/{collection['id']}"
    assert alice.api.get(path).json()["item_count"] == 2
    first = items_of(alice, collection)[0]
    note = {"section": "Fire", "note": "The first."}
    changed = alice.api.patch(f"collection-items/{first['id']}", note).json()
    assert (changed["section"], changed["note"]) == ("Fire", "The first.")
    assert alice.api.delete(f"collection-items/{first['id']}").status_code == 204
    assert alice.api.get(path).json()["item_count"] == 1
    assert alice.api.patch(path, {"item_count": 9}).status_code == 400
