"""Likes: one per member, counted once, seen by whoever gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.personas import Persona


def published(persona: Persona, **values: object) -> Any:
    return persona.creates("cards", title="Dragon", status="published", **values)


def likes(persona: Persona, card: Any) -> Any:
    return persona.api.put(f"cards/{card['id']}/like")


def takes_back(persona: Persona, card: Any) -> Any:
    return persona.api.delete(f"cards/{card['id']}/like")


def test_bob_can_like_a_card_once_and_take_it_back(alice: Persona, bob: Persona) -> None:
    card = published(alice)
    assert [likes(bob, card).json()["like_count"] for _ in range(2)] == [1, 1]
    assert likes(alice, card).json()["like_count"] == 2
    assert [takes_back(bob, card).json()["like_count"] for _ in range(2)] == [1, 1]


def test_bob_sees_his_likes_alone(alice: Persona, bob: Persona, anonymous: Persona) -> None:
    card = published(alice)
    likes(bob, card)
    likes(alice, card)
    [own] = bob.api.get("card-likes", expand="card").json()["results"]
    assert (own["user"], own["expand"]["card"]["id"]) == (bob.id, card["id"])
    assert anonymous.api.get("card-likes").json().get("results", []) == []
    assert bob.api.post("card-likes", {"card": card["id"]}).status_code in (403, 405)


def test_nobody_can_like_what_they_cannot_see(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    assert likes(anonymous, published(alice)).status_code == 401
    assert likes(bob, published(alice, visibility="private")).status_code == 404
    assert likes(bob, alice.creates("cards", title="Draft")).status_code == 404
    assert likes(bob, published(alice, visibility="unlisted")).status_code == 200


def test_a_like_is_nobodys_edit(alice: Persona, bob: Persona) -> None:
    card = published(alice)
    path = f"cards/{card['id']}"
    before = alice.api.get(path)
    liked = likes(bob, card)
    assert liked.json()["updated_at"] == before.json()["updated_at"]
    changed = alice.api.patch(path, {"title": "Wyvern"}, If_Match=before.headers["ETag"])
    assert (changed.status_code, changed.json()["like_count"]) == (200, 1)
    stale = alice.api.patch(path, {"title": "Drake"}, If_Match=liked.headers["ETag"])
    assert stale.status_code == 412


def test_whoever_has_the_card_hears_of_the_like(alice: Persona, bob: Persona) -> None:
    card = published(alice)
    known = alice.api.get(f"cards/{card['id']}").headers["ETag"]
    likes(bob, card)
    headers = {"If-None-Match": known}
    again = alice.api.client.get(f"/api/v1/cards/{card['id']}", headers=headers)
    assert (again.status_code, again.json()["like_count"]) == (200, 1)


def test_a_like_is_no_version(alice: Persona, bob: Persona) -> None:
    assert likes(bob, published(alice)).json()["version"] == 1
