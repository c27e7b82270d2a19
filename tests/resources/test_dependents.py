"""Rows that come into sight or go out of it with rows of other tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources import feed, registry
from resources.visibility import dependents
from resources.visibility.audiences import Audience, events_for
from resources.visibility.change_batch import ChangeBatch
from resources.visibility.queries import stream_query
from tests.resources.hearing import heard, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.json_text import JsonObject
    from tests.personas import Persona


@pytest.fixture
def post(alice: Persona) -> Any:
    return alice.creates("posts", text="Hello")


def says(persona: Persona, post: JsonObject) -> str:
    comment = persona.creates("comments", post=post["id"], text="Hi")
    return str(comment["id"])


def after(step: Callable[[], object]) -> int:
    start = feed.head()
    step()
    return start


def test_comments_go_with_their_post_and_come_back_with_it(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, post: JsonObject
) -> None:
    others = {says(bob, post), says(alice, post)}
    says(carol, post)
    path = f"posts/{post['id']}/hide"
    hidden = after(lambda: moderator.api.put(path))
    assert {verb for verb, _id in told(heard(carol, "comments", hidden))} == {"leave"}
    assert {key for _verb, key in told(heard(carol, "comments", hidden))} == others
    assert heard(moderator, "comments", hidden) == [], "who sees them still hears nothing"
    shown = after(lambda: moderator.api.delete(path))
    assert {verb for verb, _id in told(heard(carol, "comments", shown))} == {"enter"}


def test_who_is_cut_off_between_events_of_one_change_hears_them_again(
    alice: Persona, carol: Persona, moderator: Persona, post: JsonObject
) -> None:
    for _number in range(3):
        says(alice, post)
    hidden = after(lambda: moderator.api.put(f"posts/{post['id']}/hide"))
    events = heard(carol, "comments", hidden)
    assert len(events) == 3
    for event in events[:-1]:
        assert len(heard(carol, "comments", event.cursor.position)) == 3
    assert heard(carol, "comments", events[-1].cursor.position) == []


def test_what_a_rule_does_not_look_at_moves_nothing(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    says(alice, post)
    edited = after(lambda: alice.api.patch(f"posts/{post['id']}", {"text": "Hello again"}))
    assert heard(bob, "comments", edited) == []


def test_a_collection_comes_with_an_invitation_and_goes_with_it(
    alice: Persona, bob: Persona
) -> None:
    collection = alice.creates("collections", title="Mine", visibility="private")
    link = {"collection": collection["id"], "user": bob.id}
    invited = after(lambda: alice.creates("collection-collaborators", **link))
    assert told(heard(bob, "collections", invited)) == [("enter", collection["id"])]
    assert heard(alice, "collections", invited) == []
    [invitation] = bob.api.get("collection-collaborators").json()["results"]
    path = f"collection-collaborators/{invitation['id']}"
    removed = after(lambda: alice.api.delete(path))
    assert told(heard(bob, "collections", removed)) == [("leave", collection["id"])]


def test_what_hangs_on_what_hangs_goes_too(alice: Persona, bob: Persona) -> None:
    """An item of a collection is seen by those who see the collection, by a collaborator's row."""
    collection = alice.creates("collections", title="Mine", visibility="private")
    card = alice.creates("cards", title="Dragon", status="published")
    item = alice.creates("collection-items", collection=collection["id"], card=card["id"])
    link = {"collection": collection["id"], "user": bob.id}
    invited = after(lambda: alice.creates("collection-collaborators", **link))
    assert told(heard(bob, "collection-items", invited)) == [("enter", item["id"])]
    closed = after(lambda: alice.api.delete(f"collections/{collection['id']}"))
    assert told(heard(bob, "collection-items", closed)) == [("delete", item["id"])]


def test_a_row_that_is_deleted_after_it_went_out_of_sight_is_heard_of_once(
    alice: Persona, bob: Persona, moderator: Persona, post: JsonObject
) -> None:
    """A reader far behind finds neither the comment nor the post as they were."""
    comment = says(alice, post)
    start = after(lambda: moderator.api.put(f"posts/{post['id']}/hide"))
    middle = feed.head()
    alice.api.delete(f"comments/{comment}")
    read = [change for change in feed.changes_after(start) if change.position <= middle]
    resource = registry.resource_of(registry.model_named("community.Comment"))
    audience = Audience(resource, bob.actor.kind, "list", stream_query(resource, ""))
    subscriber = audience.subscriber_id(bob.actor)
    assert told(events_for(audience, (subscriber,), ChangeBatch(read))[subscriber] or ()) == [
        ("leave", comment)
    ]
    assert heard(bob, "comments", middle) == []


def test_a_row_enters_a_filter_by_what_it_points_at(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    card = alice.creates("cards", title="Dragon", status="published", rarity="rare")
    about = alice.creates("posts", text="Look", card=card["id"])
    asked = 'filter=card.rarity="epic"'
    start = after(lambda: alice.api.patch(f"cards/{card['id']}", {"rarity": "epic"}))
    assert told(heard(bob, "posts", start, asked)) == [("enter", about["id"])]
    start = after(lambda: alice.api.patch(f"cards/{card['id']}", {"visibility": "private"}))
    assert told(heard(bob, "posts", start, asked)) == [("leave", about["id"])]


def test_a_row_enters_and_leaves_a_filter_by_what_points_at_it(
    alice: Persona, bob: Persona, post: JsonObject
) -> None:
    asked = 'filter=comments_via_post.text?="Hi"'
    comment = ""

    def comments() -> None:
        nonlocal comment
        comment = says(alice, post)

    start = after(comments)
    assert told(heard(bob, "posts", start, asked)) == [("enter", post["id"])]
    start = after(lambda: alice.api.delete(f"comments/{comment}"))
    assert told(heard(bob, "posts", start, asked)) == [("leave", post["id"])]


def test_a_row_enters_and_leaves_a_filter_by_another_row_of_its_own_kind(
    alice: Persona, bob: Persona
) -> None:
    origin = alice.creates("cards", title="Dragon", status="published", rarity="epic")
    remix = bob.api.post(f"cards/{origin['id']}/remix").json()["id"]
    bob.api.post(f"cards/{remix}/publish")
    asked = 'filter=remixed_from.rarity="epic"'
    start = after(lambda: bob.api.patch(f"cards/{remix}", {"title": "Mine"}))
    assert told(heard(alice, "cards", start, asked)) == [("update", remix)]
    start = after(lambda: alice.api.patch(f"cards/{origin['id']}", {"rarity": "rare"}))
    assert told(heard(alice, "cards", start, asked)) == [("leave", remix)]


def test_what_showed_only_in_between_is_taken_back_with_what_it_hangs_on(
    alice: Persona, bob: Persona, moderator: Persona, post: JsonObject
) -> None:
    comment = says(alice, post)
    moderator.api.put(f"posts/{post['id']}/hide")
    start = after(lambda: moderator.api.delete(f"posts/{post['id']}/hide"))
    moderator.api.put(f"posts/{post['id']}/hide")
    assert told(heard(bob, "comments", start)) == [("leave", comment)]


def test_too_many_at_once_are_not_told_one_by_one(
    alice: Persona,
    bob: Persona,
    moderator: Persona,
    post: JsonObject,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dependents, "MOST_DEPENDENTS", 2)
    for _number in range(3):
        says(alice, post)
    start = after(lambda: moderator.api.put(f"posts/{post['id']}/hide"))
    with pytest.raises(dependents.TooManyError):
        heard(bob, "comments", start)
