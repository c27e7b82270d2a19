"""Records that point at a record, answered along with it: `expand=comments_via_post`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cards.models import Card, CardLike
from community.models import Comment, Post
from resources import changes, feed
from resources.actors import ANONYMOUS, SYSTEM
from resources.execution.epochs import epochs
from resources.execution.reader import list_records
from resources.registry import resource_of
from tests.resources.hearing import heard

if TYPE_CHECKING:
    from tests.personas import Persona


def card_of(owner: Persona, **values: object) -> Card:
    """Make a card that everyone may see, unless `values` say otherwise."""
    values = {"title": "Dragon", "status": "published", **values}
    return changes.create(Card, by=SYSTEM, creator=owner.user, **values)


def posts_about(card: Card, author: Persona, *texts: str) -> list[Post]:
    """Write posts about a card, the last one newest."""
    return [
        changes.create(Post, by=SYSTEM, card=card, author=author.user, text=text) for text in texts
    ]


def expanded(persona: Persona, card: Card, expand: str, **asked: str) -> Any:
    """Return what is expanded of a card."""
    answer = persona.api.get(f"cards/{card.pk}", expand=expand, **asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["expand"]


def texts_of(listed: Any) -> list[str]:
    return [post["text"] for post in listed["results"]]


def test_a_reader_gets_the_newest_posts_about_a_card(alice: Persona, anonymous: Persona) -> None:
    card = card_of(alice)
    posts_about(card, alice, *map(str, range(12)))
    posts_about(card_of(alice), alice, "about another card")
    found = expanded(anonymous, card, "posts_via_card")["posts_via_card"]
    assert found.keys() == {"results", "has_more"}
    assert texts_of(found) == [str(number) for number in range(11, 1, -1)]
    assert found["has_more"] is True


@pytest.mark.parametrize(
    ("limit", "has_more"), [(1, True), (2, True), (3, False), (4, False), (100, False)]
)
def test_a_reader_is_told_whether_there_are_more_than_they_asked_for(
    alice: Persona, limit: int, has_more: bool
) -> None:
    card = card_of(alice)
    posts_about(card, alice, "a", "b", "c")
    found = expanded(alice, card, f"posts_via_card:limit({limit})")["posts_via_card"]
    assert texts_of(found) == ["c", "b", "a"][:limit]
    assert found["has_more"] is has_more


def test_nothing_points_at_a_new_card(alice: Persona, anonymous: Persona) -> None:
    card = card_of(alice)
    for persona in (alice, anonymous):
        for name in ("posts_via_card", "card_likes_via_card"):
            found = expanded(persona, card, name)
            assert found == {name: {"results": [], "has_more": False}}


def test_bob_gets_only_what_he_may_list(alice: Persona, bob: Persona, moderator: Persona) -> None:
    card = card_of(alice)
    _shown, hidden = posts_about(card, alice, "shown", "hidden")
    changes.update(hidden, by=SYSTEM, is_hidden=True)
    for persona, seen in ((bob, ["shown"]), (alice, ["hidden", "shown"])):
        found = expanded(persona, card, "posts_via_card:limit(2)")["posts_via_card"]
        assert texts_of(found) == seen
    one = expanded(bob, card, "posts_via_card:limit(1)")["posts_via_card"]
    assert (texts_of(one), one["has_more"]) == (["shown"], False)


def test_who_a_column_is_hidden_from_does_not_find_records_by_it(
    alice: Persona, bob: Persona, moderator: Persona
) -> None:
    (post,) = posts_about(card_of(alice), alice, "x")
    changes.create(Comment, by=SYSTEM, post=post, author=alice.user, text="", is_deleted=True)
    for persona, count in ((bob, 0), (moderator, 1)):
        answer = persona.api.get(f"users/{alice.id}", expand="comments_via_author")
        assert len(answer.json()["expand"]["comments_via_author"]["results"]) == count


def test_who_holds_the_link_to_an_unlisted_card_gets_what_a_list_of_its_posts_would_be(
    alice: Persona, bob: Persona
) -> None:
    card = alice.creates("cards", title="x", status="published", visibility="unlisted")
    listed = bob.api.get("card-versions", card=card["id"]).json()["results"]
    assert len(listed) == 1
    answer = bob.api.get(f"cards/{card['id']}", expand="card_versions_via_card").json()
    assert answer["expand"]["card_versions_via_card"]["results"] == listed


def test_expansions_nest_both_ways(alice: Persona, bob: Persona) -> None:
    card = card_of(alice)
    (post,) = posts_about(card, bob, "Look!")
    for text in ("one", "two", "three"):
        changes.create(Comment, by=SYSTEM, post=post, author=alice.user, text=text)
    path = "posts_via_card.author,posts_via_card.comments_via_post:limit(2).author,creator"
    found = expanded(alice, card, path)
    assert found["creator"]["username"] == "alice"
    (shown,) = found["posts_via_card"]["results"]
    assert shown["expand"]["author"]["username"] == "bob"
    comments = shown["expand"]["comments_via_post"]
    assert [comment["text"] for comment in comments["results"]] == ["three", "two"]
    assert comments["has_more"] is True
    assert comments["results"][0]["expand"]["author"]["username"] == "alice"
    backwards = bob.api.get("posts", expand="card.posts_via_card,author.cards_via_creator")
    (listed,) = backwards.json()["results"]
    assert texts_of(listed["expand"]["card"]["expand"]["posts_via_card"]) == ["Look!"]
    assert listed["expand"]["author"]["expand"]["cards_via_creator"]["results"] == []


def test_a_reader_chooses_fields_of_what_points_here(alice: Persona) -> None:
    card = card_of(alice)
    posts_about(card, alice, "Look!")
    fields = "id,expand.posts_via_card.text,expand.posts_via_card.expand.author.username"
    answer = alice.api.get(
        f"cards/{card.pk}", expand="posts_via_card:limit(3).author", fields=fields
    )
    post = {"text": "Look!", "expand": {"author": {"username": "alice"}}}
    found = {"posts_via_card": {"results": [post], "has_more": False}}
    assert answer.json() == {"id": str(card.pk), "expand": found}
    (error,) = alice.api.get("cards", fields="expand.posts_via_card.text").json()["errors"]
    assert (error["code"], "expand=posts_via_card" in error["message"]) == ("not_expanded", True)


@pytest.mark.parametrize(
    ("expand", "code"),
    [
        ("comments_via_post", "unknown_field"),
        ("posts_via_nothing", "unknown_field"),
        ("posts_via_text", "unknown_field"),
        ("nothing_via_card", "unknown_field"),
        ("_via_", "unknown_field"),
        ("posts_via_card:limit(0)", "invalid"),
        ("posts_via_card:limit(101)", "invalid"),
        ("posts_via_card:limit(1000)", "invalid"),
        ("posts_via_card:limit(-1)", "invalid"),
        ("posts_via_card:5", "invalid"),
        ("posts_via_card:", "invalid"),
        ("creator:limit(5)", "invalid"),
        ("posts_via_card.nothing", "unknown_field"),
        (".".join(["creator.cards_via_creator"] * 2 + ["creator"]), "too_deep"),
        (".".join(["remixed_from"] * 6), "too_deep"),
    ],
)
def test_what_cannot_be_expanded_is_refused_and_named(
    alice: Persona, expand: str, code: str
) -> None:
    answer = alice.api.get("cards", expand=expand)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("expand", code)


@pytest.mark.parametrize(
    ("resource", "expand"),
    [
        ("comments", "parent.parent.parent.parent.author"),
        ("comments", "comments_via_parent.comments_via_parent.author"),
        ("comments", "comments_via_parent.parent.comments_via_parent"),
        ("comments", "parent.author.comments_via_author.author"),
        ("cards", "remixed_from.remixed_from.creator.cards_via_creator"),
        ("cards", "template.cards_via_template.remixed_from.template"),
        ("rooms", "messages_via_room.author.comments_via_author"),
        ("rooms", "card.rooms_via_card.card.template"),
        ("card-likes", "card.collection_items_via_card.collection.owner"),
    ],
)
def test_the_deepest_expansions_can_be_asked_for(
    alice: Persona, moderator: Persona, resource: str, expand: str
) -> None:
    for persona in (alice, moderator):
        answer = persona.api.get(resource, expand=expand, limit="1")
        assert answer.status_code == 200, answer.content


def test_the_highest_of_several_limits_counts(alice: Persona) -> None:
    card = card_of(alice)
    posts_about(card, alice, "a", "b", "c")
    path = "posts_via_card:limit(1).author,posts_via_card:limit(2).card,posts_via_card"
    found = expanded(alice, card, path)["posts_via_card"]
    assert texts_of(found) == ["c", "b"]
    assert found["results"][0]["expand"].keys() == {"author", "card"}


@pytest.mark.parametrize("number", [1, 20])
def test_a_list_with_what_points_at_each_is_one_query(alice: Persona, number: int) -> None:
    for _ in range(number):
        posts_about(card_of(alice), alice, "a", "b")
    epochs.note_position(0, 3600)  # of the log, which is read once a second else
    with CaptureQueriesContext(connection) as queries:
        answer = alice.api.get("cards", expand="posts_via_card.comments_via_post", limit="20")
    found = [card["expand"]["posts_via_card"] for card in answer.json()["results"]]
    assert [texts_of(posts) for posts in found] == [["b", "a"]] * number
    assert len(queries) == 2, "the actor, and the list"


def test_a_new_post_shows_at_once(alice: Persona, anonymous: Persona) -> None:
    card = card_of(alice)
    tags = set()
    for number in range(3):
        answer = anonymous.api.get(f"cards/{card.pk}", expand="posts_via_card")
        assert len(answer.json()["expand"]["posts_via_card"]["results"]) == number
        tags.add(answer.headers["ETag"])
        posts_about(card, alice, "x")
    assert len(tags) == 3


def test_a_list_with_what_points_at_each_is_made_of_both_resources(alice: Persona) -> None:
    posts_about(card_of(alice), alice, "x")
    page = list_records(resource_of(Card), ANONYMOUS, "expand=posts_via_card.author", "http://x")
    assert page.sources == frozenset({"cards", "posts", "users", ""})


def test_subscribers_are_shown_what_points_at_a_record_as_far_as_each_may_list_it(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    card = card_of(alice)
    _shown, hidden = posts_about(card, alice, "shown", "hidden")
    changes.update(hidden, by=SYSTEM, is_hidden=True)
    changes.create(CardLike, by=SYSTEM, card=card, user=bob.user)
    since = feed.head()
    changes.update(card, by=SYSTEM, title="Awake")
    for persona, posts, likes in ((alice, 2, 0), (bob, 1, 1), (anonymous, 1, 0)):
        (event,) = heard(
            persona, "cards", since, "expand=posts_via_card,card_likes_via_card:limit(1)"
        )
        found = orjson.loads(event.document)["expand"]
        counts = [len(found[name]["results"]) for name in ("posts_via_card", "card_likes_via_card")]
        assert (event.verb, counts) == ("update", [posts, likes])


def test_a_subscriber_is_shown_answers_to_a_comment_of_the_same_resource(
    alice: Persona, bob: Persona
) -> None:
    (post,) = posts_about(card_of(alice), alice, "x")
    first = changes.create(Comment, by=SYSTEM, post=post, author=alice.user, text="first")
    changes.create(Comment, by=SYSTEM, post=post, author=bob.user, text="answer", parent=first)
    since = feed.head()
    changes.update(first, by=SYSTEM, text="edited")
    for persona in (alice, bob):
        (event,) = heard(persona, "comments", since, "expand=comments_via_parent.author")
        (answer,) = orjson.loads(event.document)["expand"]["comments_via_parent"]["results"]
        assert (answer["text"], answer["expand"]["author"]["username"]) == ("answer", "bob")
