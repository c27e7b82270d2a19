"""Mentions: who is named in what was said, found again by clients and by the members themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from community.services.mentions import MOST_MENTIONS, NAMED
from resources import changes
from resources.actors import SYSTEM
from tests.personas import new_member
from users.models import Block

if TYPE_CHECKING:
    from tests.personas import Persona


def mentioned(persona: Persona, **asked: str) -> list[str]:
    answer = persona.api.get("mentions", expand="member", sort="-created_at", **asked).json()
    return sorted(one["expand"]["member"]["username"] for one in answer["results"])


def test_posts_comments_and_messages_mention_members(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona
) -> None:
    post = alice.creates("posts", text="Look, @Bob and @carol, and me, @alice. Not @nobody-here")
    comment = bob.creates("comments", post=post["id"], text="@carol님 안녕하세요, @bob")
    room = alice.creates("rooms", title="Foil")
    said = alice.creates("messages", room=room["id"], body="(@bob)")
    assert mentioned(anonymous, post=post["id"]) == ["bob", "carol"]
    assert mentioned(anonymous, comment=comment["id"]) == ["carol"]
    assert mentioned(anonymous, message=said["id"]) == ["bob"]
    assert len(mentioned(carol, member=carol.id)) == 2

    alice.api.patch(f"posts/{post['id']}", {"text": "Look, @carol and @dana"})
    alice.api.patch(f"messages/{said['id']}", {"body": "@carol"})
    assert mentioned(bob, post=post["id"]) == ["carol"]
    assert mentioned(bob, message=said["id"]) == ["carol"]
    alice.creates("comments", post=post["id"], parent=comment["id"], text="Hello")
    bob.api.delete(f"comments/{comment['id']}")
    assert mentioned(bob, comment=comment["id"]) == [], "a tombstone says nothing of anybody"


def test_a_mention_is_seen_where_its_text_is(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona
) -> None:
    room = alice.creates("rooms", title="Secret", is_private=True)
    alice.creates("messages", room=room["id"], body="@bob and @carol")
    assert mentioned(carol, member=carol.id) == []
    alice.creates("room-members", room=room["id"], user=bob.id)
    assert mentioned(bob, member=bob.id) == ["bob"]
    post = alice.creates("posts", text="@bob")
    moderator.api.put(f"posts/{post['id']}/hide")
    assert mentioned(bob, post=post["id"]) == []


def test_who_is_on_no_terms_is_not_mentioned(alice: Persona, bob: Persona, carol: Persona) -> None:
    changes.create(Block, by=SYSTEM, blocker=bob.user, blocked=alice.user)
    changes.create(Block, by=SYSTEM, blocker=alice.user, blocked=carol.user)
    post = alice.creates("posts", text="@bob @carol")
    assert mentioned(alice, post=post["id"]) == []


def test_a_text_mentions_twenty_at_most(alice: Persona) -> None:
    names = [new_member(f"fan{number}").user for number in range(MOST_MENTIONS + 5)]
    post = alice.creates("posts", text=" ".join(f"@{user.username}" for user in names if user))
    shown = alice.api.get("mentions", post=post["id"], limit="100").json()["results"]
    assert len(shown) == MOST_MENTIONS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@bob, @carol.", ["bob", "carol"]),
        ("write to bob@carol.com or https://example.com/@carol", []),
        ("@bob.smith_2-x!", ["bob.smith_2-x"]),
        ("@@bob @b @_bob", []),
        ("카드@bob의", ["bob"]),
        ("@" + "x" * 31, []),
    ],
)
def test_a_name_is_what_follows_an_at_sign(text: str, names: object) -> None:
    assert NAMED.findall(text) == names
