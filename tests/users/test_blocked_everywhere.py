"""What a block and a mute do beyond lists: writes, invitations, plans.

Which rows each may see is for the oracle to say (`tests/contract`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from resources import registry
from resources.query.parsing import list_query
from resources.query.plans import list_plan

if TYPE_CHECKING:
    from tests.personas import Persona


def test_bob_sends_nothing_to_alice_who_has_blocked_him(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    card = alice.creates("cards", title="Ember", status="published")
    post = alice.creates("posts", text="Look at this.")
    hers = alice.creates("rooms", title="Trade", is_private=True)["id"]
    his = bob.creates("rooms", title="Trade", is_private=True)["id"]
    her_binder = alice.creates("collections", title="Ours")["id"]
    his_binder = bob.creates("collections", title="Ours")["id"]
    hall = carol.creates("rooms", title="Hall")
    said = alice.creates("messages", room=hall["id"], body="Hi")
    bob.creates("messages", room=hall["id"], body="Hi")
    alice.api.put(f"users/{bob.id}/block")
    for method, path, body in (
        ("put", f"cards/{card['id']}/like", None),
        ("post", f"cards/{card['id']}/remix", None),
        ("post", "posts", {"text": "Hers", "card": card["id"]}),
        ("post", "comments", {"text": "Hm", "post": post["id"]}),
        ("post", "messages", {"room": hall["id"], "body": "You", "reply_to": said["id"]}),
        ("post", "room-members", {"room": his, "user": alice.id}),
        ("post", "collection-collaborators", {"collection": his_binder, "user": alice.id}),
    ):
        refused = getattr(bob.api, method)(path, body)
        assert refused.status_code in (400, 404), (path, refused.content)
    for path, body in (
        ("room-members", {"room": hers, "user": bob.id}),
        ("collection-collaborators", {"collection": her_binder, "user": bob.id}),
    ):
        assert alice.api.post(path, body).status_code == 403, "nor does she invite him"
    for who, other in ((alice, bob), (bob, alice)):
        heard = who.api.get("messages", room=hall["id"]).json()["results"]
        assert [each["author"] for each in heard] == [who.id], other.id
    kept = carol.api.get("messages", room=hall["id"]).json()["results"]
    assert {each["author"] for each in kept} == {alice.id, bob.id}
    bob.api.put(f"users/{carol.id}/block")
    kept = carol.api.get("messages", room=hall["id"]).json()["results"]
    assert {each["author"] for each in kept} == {alice.id, bob.id}, "she looks after the room"


def test_lists_name_the_muted_only_when_they_are_asked_for(alice: Persona, bob: Persona) -> None:
    card = bob.creates("cards", title="Ember", status="published")
    bob.creates("comments", text="Mine", card=card["id"])
    alice.api.put(f"users/{bob.id}/mute")
    for path in ("cards", "cards?search=ember", "comments", f"comments?card={card['id']}"):
        assert alice.api.get(path).json()["results"] == [], path
    for path in (f"cards?creator={bob.id}", f"comments?card={card['id']}&author={bob.id}"):
        assert len(alice.api.get(path).json()["results"]) == 1, path
    assert alice.api.get(f"cards/{card['id']}").status_code == 200


def test_who_is_blocked_is_asked_once_for_a_list(alice: Persona) -> None:
    """Not for each row: the three lists of ids are made before the first row is read."""
    cards = registry.named("cards")
    assert cards is not None
    query = list_query(cards, "sort=-like_count&fields=id")
    plan = list_plan(cards, alice.actor.kind, query)
    explain, once = {
        "postgresql": ("EXPLAIN ", "hashed SubPlan"),
        "sqlite": ("EXPLAIN QUERY PLAN ", "LIST SUBQUERY"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            explain + (plan.sql or ""), plan.bound(alice.actor, query.values(), connection)
        )
        lines = [str(row[-1]) for row in cursor.fetchall()]
    assert not any("CORRELATED" in line for line in lines)
    assert sum(line.count(once) for line in lines) == 3
