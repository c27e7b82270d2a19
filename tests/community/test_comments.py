"""Comments: threads of limited depth, counted on their post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from community.models import DEEPEST_REPLY

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture
def post(alice: Persona) -> Any:
    return alice.creates("posts", text="Hello")


def says(persona: Persona, post: Any, text: str = "Hi", **values: Any) -> Any:
    return persona.creates("comments", post=post["id"], text=text, **values)


def count(persona: Persona, post: Any) -> Any:
    return persona.api.get(f"posts/{post['id']}").json()["comment_count"]


def test_comments_make_threads_in_the_order_they_came(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    first = says(bob, post, "First")
    second = says(alice, post, "Second")
    reply = says(alice, post, "To the first", parent=first["id"])
    assert [comment["depth"] for comment in (first, second, reply)] == [0, 0, 1]
    listed = bob.api.get("comments", post=post["id"], fields="text").json()["results"]
    assert [comment["text"] for comment in listed] == ["First", "Second", "To the first"]
    [found] = bob.api.get("comments", parent=first["id"], expand="parent").json()["results"]
    assert found["expand"]["parent"]["text"] == "First"
    assert count(bob, post) == 3


def test_replies_nest_eight_deep_at_most(alice: Persona, post: JsonObject) -> None:
    comment = says(alice, post)
    for depth in range(1, DEEPEST_REPLY + 1):
        comment = says(alice, post, parent=comment["id"])
        assert comment["depth"] == depth
    too_deep = {"post": post["id"], "parent": comment["id"], "text": "Hi"}
    refused = alice.api.post("comments", too_deep)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert count(alice, post) == DEEPEST_REPLY + 1


def test_a_reply_stays_with_its_post(alice: Persona, post: JsonObject) -> None:
    elsewhere = says(alice, alice.creates("posts", text="Other"))
    reply = {"post": post["id"], "parent": elsewhere["id"], "text": "Hi"}
    refused = alice.api.post("comments", reply)
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["field"], error["code"]) == (400, "parent", "other_post")
    assert count(alice, post) == 0


def test_the_answers_to_a_deleted_comment_stay(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, post: JsonObject
) -> None:
    first = says(bob, post, "Something rash")
    reply = says(alice, post, "An answer", parent=first["id"])
    path = f"comments/{first['id']}"
    assert alice.api.delete(path).status_code == 403
    assert bob.api.delete(path).status_code == 204
    tombstone = carol.api.get(path, expand="author").json()
    shown = [tombstone[name] for name in ("text", "author", "is_deleted")]
    assert shown == ["", None, True]
    assert "Something rash" not in str(carol.api.get("comments").json())
    assert tombstone.get("expand", {}).get("author") is None
    assert carol.api.get("comments", author=bob.id).json()["results"] == []
    assert moderator.api.get(path).json()["author"] == bob.id
    assert carol.api.get(f"comments/{reply['id']}").json()["text"] == "An answer"
    assert count(carol, post) == 1


def test_a_tombstone_says_nothing_more_and_goes_with_its_last_reply(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    first = says(bob, post)
    second = says(bob, post, parent=first["id"])
    reply = says(alice, post, parent=second["id"])
    for comment in (first, second):
        assert bob.api.delete(f"comments/{comment['id']}").status_code == 204
    assert bob.api.patch(f"comments/{first['id']}", {"text": "Hi!"}).status_code == 403
    assert alice.api.delete(f"comments/{reply['id']}").status_code == 204
    assert alice.api.get("comments", post=post["id"]).json()["results"] == []
    assert count(alice, post) == 0


def test_a_moderators_delete_leaves_the_answers_too(
    alice: Persona, bob: Persona, moderator: Persona, post: JsonObject
) -> None:
    first = says(bob, post)
    reply = says(alice, post, parent=first["id"])
    assert moderator.api.delete(f"comments/{first['id']}").status_code == 204
    assert alice.api.get(f"comments/{reply['id']}").status_code == 200
    assert moderator.api.delete(f"comments/{reply['id']}").status_code == 204
    assert count(alice, post) == 0


def test_only_its_author_can_change_a_comment(
    alice: Persona, bob: Persona, anonymous: Persona, post: JsonObject
) -> None:
    path = f"comments/{says(bob, post)['id']}"
    assert bob.api.patch(path, {"text": "Hi!"}).json()["text"] == "Hi!"
    assert alice.api.patch(path, {"text": "x"}).status_code == 403
    assert anonymous.api.post("comments", {"post": post["id"], "text": "x"}).status_code == 401
    moved = bob.api.patch(path, {"post": post["id"]})
    assert moved.json()["errors"][0]["code"] == "unknown_field"


def test_a_hidden_posts_comments_are_hidden_too(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, post: JsonObject
) -> None:
    path = f"comments/{says(bob, post)['id']}"
    moderator.api.put(f"posts/{post['id']}/hide")
    assert carol.api.get(path).status_code == 404
    assert carol.api.get("comments").json()["results"] == []
    assert bob.api.get(path).status_code == 200
    refused = carol.api.post("comments", {"post": post["id"], "text": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "post")
