"""Comments on cards: as on posts, where the card can be seen, and counted on it exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.counters import wrong_counters

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture
def card(alice: Persona) -> Any:
    return alice.creates("cards", title="Dragon", status="published")


def test_members_talk_about_a_card_and_a_deleted_comment_keeps_its_replies(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, card: JsonObject
) -> None:
    first = bob.creates("comments", card=card["id"], text="What a shine")
    reply = alice.creates("comments", card=card["id"], parent=first["id"], text="Thank you")
    last = carol.creates("comments", card=card["id"], text="Mine is brighter")
    assert (first["post"], reply["depth"]) == (None, 1)
    assert bob.api.delete(f"comments/{first['id']}").status_code == 204
    asked = {"card": card["id"], "fields": "text,author,is_deleted"}
    listed = anonymous.api.get("comments", **asked).json()["results"]
    assert listed == [
        {"text": "", "author": None, "is_deleted": True},
        {"text": "Thank you", "author": alice.id, "is_deleted": False},
        {"text": "Mine is brighter", "author": carol.id, "is_deleted": False},
    ]
    shown = anonymous.api.get(f"cards/{card['id']}").json()
    assert (shown["comment_count"], shown["updated_at"]) == (2, card["updated_at"])
    assert alice.api.delete(f"comments/{reply['id']}").status_code == 204, "and its tombstone"
    [left] = anonymous.api.get("comments", card=card["id"]).json()["results"]
    assert left["id"] == last["id"]
    assert wrong_counters() == {}


def test_a_card_that_is_commented_on_is_still_what_its_creator_read(
    alice: Persona, bob: Persona, card: JsonObject
) -> None:
    etag = alice.api.get(f"cards/{card['id']}").headers["ETag"]
    bob.creates("comments", card=card["id"], text="Nice")
    edited = alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"}, if_match=etag)
    assert edited.status_code == 200


def test_a_comment_is_on_one_thing_that_its_author_may_see(
    alice: Persona, bob: Persona, card: JsonObject
) -> None:
    def refused(**values: object) -> Any:
        answer = bob.api.post("comments", {"text": "Hm", **values})
        assert answer.status_code == 400, answer.content
        return [(error["field"], error["code"]) for error in answer.json()["errors"]]

    post = alice.creates("posts", text="Hello")
    draft = alice.creates("cards", title="Draft")
    said = bob.creates("comments", post=post["id"], text="On the post")
    assert refused() == [("post", "required")]
    assert refused(post=post["id"], card=card["id"]) == [("card", "not_allowed")]
    assert refused(card=draft["id"]) == [("card", "does_not_exist")]
    assert refused(card=card["id"], parent=said["id"]) == [("parent", "other_card")]


def test_comments_are_seen_where_their_card_is(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, card: JsonObject
) -> None:
    comment = bob.creates("comments", card=card["id"], text="Hm")
    path = f"comments/{comment['id']}"
    alice.api.patch(f"cards/{card['id']}", {"visibility": "unlisted"})
    assert carol.api.get(path).status_code == 200
    assert carol.api.get("comments").json()["results"] == []
    assert len(carol.api.get("comments", card=card["id"]).json()["results"]) == 1
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert [who.api.get(path).status_code for who in (carol, bob, moderator)] == [404, 200, 200]
    alice.api.patch(f"cards/{card['id']}", {"visibility": "public"})
    assert carol.api.put(f"{path}/hide").status_code == 403
    assert moderator.api.put(f"{path}/hide").json()["is_hidden"] is True
    assert [who.api.get(path).status_code for who in (carol, bob)] == [404, 200]
    moderator.api.delete(f"{path}/hide")
    assert carol.api.get(path).status_code == 200
