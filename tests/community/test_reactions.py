"""Reactions: emojis of an allow-list, one of each a member, counted exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from community.models import Reaction

if TYPE_CHECKING:
    from tests.personas import Persona


def react(persona: Persona, emoji: str, **target: object) -> Any:
    return persona.api.post("reactions", {"emoji": emoji, **target})


def test_members_react_to_posts_comments_and_messages(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona
) -> None:
    post = alice.creates("posts", text="Hello")
    comment = alice.creates("comments", post=post["id"], text="Hello?")
    room = alice.creates("rooms", title="Foil")
    message = alice.creates("messages", room=room["id"], body="Hello!")
    for kind, said in (("post", post), ("comment", comment), ("message", message)):
        path, target = f"{kind}s/{said['id']}", {kind: said["id"]}
        assert said["reaction_counts"] == {}
        given = [react(who, "🔥", **target).json() for who in (bob, carol)]
        assert react(bob, "👍", **target).status_code == 201
        again = react(bob, "🔥", **target)
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        shown = anonymous.api.get(path).json()
        assert shown["reaction_counts"] == {"🔥": 2, "👍": 1}
        assert shown["updated_at"] == said["updated_at"]
        listed = anonymous.api.get("reactions", **target, emoji="🔥").json()["results"]
        assert {one["user"] for one in listed} == {bob.id, carol.id}
        assert carol.api.delete(f"reactions/{given[0]['id']}").status_code == 403
        assert bob.api.delete(f"reactions/{given[0]['id']}").status_code == 204
        assert anonymous.api.get(path).json()["reaction_counts"] == {"🔥": 1, "👍": 1}
    bob.api.delete(f"posts/{post['id']}")
    alice.api.delete(f"posts/{post['id']}")
    assert set(Reaction.objects.values_list("message", flat=True)) == {
        Reaction.objects.get(user=carol.user).message_id
    }


@pytest.mark.parametrize("emoji", ["🦖", "+1", "", "🔥🔥"])
def test_only_emojis_of_the_list_are_taken(alice: Persona, emoji: str) -> None:
    post = alice.creates("posts", text="Hello")
    refused = react(alice, emoji, post=post["id"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "emoji")


def test_a_reaction_is_to_one_thing_that_is_there(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    post = alice.creates("posts", text="Hello")
    comment = alice.creates("comments", post=post["id"], text="Hello?")
    assert react(bob, "🔥").status_code == 400
    assert react(bob, "🔥", post=post["id"], comment=comment["id"]).status_code == 400
    bob.creates("comments", post=post["id"], parent=comment["id"], text="Hm")
    alice.api.delete(f"comments/{comment['id']}")
    refused = react(bob, "🔥", comment=comment["id"])
    assert refused.json()["errors"][0]["code"] == "deleted"
    moderator.api.put(f"posts/{post['id']}/hide")
    assert react(bob, "🔥", post=post["id"]).json()["errors"][0]["code"] == "does_not_exist"
