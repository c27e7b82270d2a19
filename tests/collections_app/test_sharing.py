"""Who looks into a collection, and who arranges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.collections_app.binders import card_of, filled, items_of

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def invited(owner: Persona, member: Persona, collection: JsonObject) -> Any:
    return owner.creates("collection-collaborators", collection=collection["id"], user=member.id)


@pytest.mark.parametrize(
    ("visibility", "viewed", "listed"),
    [("public", 200, True), ("unlisted", 200, False), ("private", 404, False)],
)
def test_bob_can_look_into_what_is_open(
    alice: Persona, bob: Persona, visibility: str, viewed: int, listed: bool
) -> None:
    collection = filled(alice, "A", visibility=visibility)
    [item] = items_of(alice, collection)
    assert bob.api.get(f"collections/{collection['id']}").status_code == viewed
    assert bob.api.get(f"collection-items/{item['id']}").status_code == viewed
    assert bool(bob.api.get("collections").json()["results"]) is listed
    assert alice.api.get("collections").json()["results"]


def test_bob_cannot_arrange_alices_collection(alice: Persona, bob: Persona) -> None:
    collection = filled(alice, "A")
    [item] = items_of(alice, collection)
    added = {"collection": collection["id"], "card": card_of(bob)}
    assert bob.api.post("collection-items", added).status_code == 403
    assert bob.api.post(f"collection-items/{item['id']}/move", {"after": None}).status_code == 403
    assert bob.api.patch(f"collection-items/{item['id']}", {"note": "x"}).status_code == 403
    assert bob.api.delete(f"collection-items/{item['id']}").status_code == 403
    assert bob.api.patch(f"collections/{collection['id']}", {"title": "x"}).status_code == 403


def test_a_collaborator_can_arrange_but_not_delete_or_invite(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    collection = filled(alice, "A", visibility="private")
    path = f"collections/{collection['id']}"
    invitation = invited(alice, bob, collection)
    assert [seen["id"] for seen in bob.api.get("collections").json()["results"]] == [
        collection["id"]
    ]
    item = bob.creates("collection-items", collection=collection["id"], card=card_of(bob))
    moved = bob.api.post(f"collection-items/{item['id']}/move", {"after": None})
    assert moved.status_code == 200
    assert items_of(alice, collection)[0]["id"] == item["id"]
    assert bob.api.patch(path, {"title": "Ours"}).status_code == 200
    assert bob.api.delete(path).status_code == 403
    guest = {"collection": collection["id"], "user": carol.id}
    assert bob.api.post("collection-collaborators", guest).status_code == 403
    assert bob.api.delete(f"collection-collaborators/{invitation['id']}").status_code == 204
    assert bob.api.get(path).status_code == 404


def test_alice_can_invite_a_member_once_and_end_it(alice: Persona, bob: Persona) -> None:
    collection = filled(alice, visibility="private")
    invitation = invited(alice, bob, collection)
    again = {"collection": collection["id"], "user": bob.id}
    assert alice.api.post("collection-collaborators", again).status_code == 409
    assert alice.api.delete(f"collection-collaborators/{invitation['id']}").status_code == 204
    assert bob.api.get(f"collections/{collection['id']}").status_code == 404


def test_a_profile_counts_collections(alice: Persona, moderator: Persona) -> None:
    kept, deleted = filled(alice), filled(alice, visibility="private")
    assert alice.api.get("users/me").json()["collection_count"] == 2
    assert moderator.api.delete(f"collections/{deleted['id']}").status_code == 204
    assert alice.api.get("users/me").json()["collection_count"] == 1
    assert alice.api.get(f"collections/{kept['id']}").status_code == 200
