"""Likes of posts and comments: counted once a member, told to the viewer, nobody's edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.counters import wrong_counters

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture
def post(alice: Persona) -> Any:
    return alice.creates("posts", text="Hello")


@pytest.mark.parametrize("kind", ["posts", "comments"])
def test_members_like_what_was_said(
    alice: Persona, bob: Persona, anonymous: Persona, post: JsonObject, kind: str
) -> None:
    said = post if kind == "posts" else alice.creates("comments", post=post["id"], text="Me too")
    path, own = f"{kind}/{said['id']}", f"{kind[:-1]}-likes"
    etag = alice.api.get(path).headers["ETag"]
    assert [who.api.put(f"{path}/like").status_code for who in (alice, bob, bob)] == [200] * 3
    asked = {"fields": "like_count,viewer.liked,updated_at"}
    liked = {"like_count": 2, "viewer": {"liked": True}, "updated_at": said["updated_at"]}
    assert bob.api.get(path, **asked).json() == liked
    assert anonymous.api.get(path, **asked).json() == liked | {"viewer": None}
    [mine] = bob.api.get(own).json()["results"]
    assert (mine[kind[:-1]], mine["user"]) == (said["id"], bob.id)
    assert alice.api.patch(path, {"text": "Hi"}, if_match=etag).status_code == 200
    assert [bob.api.delete(f"{path}/like").json()["like_count"] for _again in range(2)] == [1, 1]
    assert bob.api.get(own).json()["results"] == []
    assert anonymous.api.put(f"{path}/like").status_code == 401
    assert wrong_counters() == {}


def test_a_deleted_comment_cannot_be_liked(alice: Persona, bob: Persona, post: JsonObject) -> None:
    first = bob.creates("comments", post=post["id"], text="First")
    alice.creates("comments", post=post["id"], parent=first["id"], text="Reply")
    path = f"comments/{first['id']}"
    alice.api.put(f"{path}/like")
    bob.api.delete(path)
    assert bob.api.put(f"{path}/like").status_code == 403
    assert alice.api.delete(f"{path}/like").json()["like_count"] == 0


def test_an_edited_text_says_when_that_was(alice: Persona, post: JsonObject) -> None:
    comment = alice.creates("comments", post=post["id"], text="First")
    for path in (f"posts/{post['id']}", f"comments/{comment['id']}"):
        assert alice.api.patch(path, {}).json()["edited_at"] is None
        edited = alice.api.patch(path, {"text": "Other words"}).json()
        assert edited["edited_at"] is not None
        again = alice.api.patch(path, {"text": "Other words"}).json()
        assert again["edited_at"] == edited["edited_at"]
    tagged = alice.api.patch(f"posts/{post['id']}", {"tags": ["fire"]}).json()
    assert tagged["edited_at"] == alice.api.get(f"posts/{post['id']}").json()["edited_at"]
