"""What posts and comments said before: for members, as far as everybody could read it then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.admin.counters import wrong_counters

if TYPE_CHECKING:
    from tests.personas import Persona


def texts(persona: Persona, **asked: object) -> Any:
    return [one["text"] for one in persona.api.get("edits", **asked).json()["results"]]


def edit(author: Persona, path: str, text: str) -> Any:
    edited = author.api.patch(path, {"text": text})
    assert edited.status_code == 200, edited.content
    return edited.json()


@pytest.mark.parametrize("kind", ["post", "comment"])
def test_members_read_what_was_said_before_an_edit(
    alice: Persona, bob: Persona, anonymous: Persona, moderator: Persona, kind: str
) -> None:
    said = alice.creates("posts", text="One")
    if kind == "comment":
        said = alice.creates("comments", post=said["id"], text="One")
    path, asked = f"{kind}s/{said['id']}", {kind: said["id"]}
    edited = [edit(alice, path, text) for text in ("Two", "Two", "Three")]
    assert texts(bob, **asked) == ["Two", "One"]
    last, first = bob.api.get("edits", **asked).json()["results"]
    assert (first["written_at"], last["written_at"]) == (said["created_at"], edited[0]["edited_at"])
    assert anonymous.api.get("edits", **asked).status_code == 401
    assert alice.api.delete(f"edits/{first['id']}").status_code == 403
    assert moderator.api.delete(f"edits/{first['id']}").status_code == 204
    assert texts(bob, **asked) == ["Two"]


def test_what_moderators_hid_does_not_come_back_by_its_history(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    post = alice.creates("posts", text="Rude")
    path, asked = f"posts/{post['id']}", {"post": post["id"]}
    moderator.api.put(f"{path}/hide")
    edit(alice, path, "Kind")
    assert texts(bob, **asked) == []
    moderator.api.delete(f"{path}/hide")
    edit(alice, path, "Kinder")
    assert texts(bob, **asked) == ["Kind"]
    assert texts(alice, **asked) == texts(moderator, **asked) == ["Kind", "Rude"]


def test_what_was_said_on_a_private_card_stays_between_those_who_saw_it(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published", visibility="private")
    comment = alice.creates("comments", card=card["id"], text="Secret")
    edit(alice, f"comments/{comment['id']}", "Hello")
    alice.api.patch(f"cards/{card['id']}", {"visibility": "public"})
    assert texts(bob, comment=comment["id"]) == []
    assert texts(alice, comment=comment["id"]) == ["Secret"]


def test_a_deleted_comment_has_no_history(alice: Persona, bob: Persona) -> None:
    post = alice.creates("posts", text="Hello")
    comment = bob.creates("comments", post=post["id"], text="One")
    edit(bob, f"comments/{comment['id']}", "Two")
    alice.creates("comments", post=post["id"], parent=comment["id"], text="Hm")
    bob.api.delete(f"comments/{comment['id']}")
    assert texts(alice) == texts(bob) == []
    assert wrong_counters() == {}
