"""A small world with rows of every resource in every state that decides who sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from cards.models import Card, CardLike, CardVersion
from collections_app.models import Collection, CollectionCollaborator, CollectionItem
from community.models import (
    Comment,
    CommentLike,
    Edit,
    FeedItem,
    FeedRead,
    Mention,
    Message,
    NotificationMute,
    Poll,
    PollVote,
    Post,
    PostLike,
    Reaction,
    Room,
    RoomMember,
    RoomRead,
)
from resources import changes, feed, registry
from resources.actors import SYSTEM
from templates_app.models import Review, Template, TemplateVersion
from tests.client import Api
from tests.contract.cases import fill_with_cases, tell_scopes_and_targets
from tests.contract.examples import example_row
from tests.contract.oracle.words import Who
from tests.personas import Persona, new_member
from users.models import Block, Follow, Mute, Sanction, User
from users.services.sanctions import lift_sanction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.actors import Actor
    from resources.models import Change, Record

WORD = "dragon"
"""Stands in every text that can be searched."""


@dataclass(frozen=True)
class World:
    """Who there is, and what: by resource, rows that know each other."""

    people: Mapping[str, Persona]
    rows: Mapping[str, Sequence[Any]]

    @cached_property
    def everyone(self) -> list[tuple[Who, Actor]]:
        """Return what the oracle knows of each, and who they are to the product."""
        return [(self._who(name), persona.actor) for name, persona in self.people.items()]

    @cached_property
    def log(self) -> Sequence[Change]:
        """Return all changes, read once: whoever looks writes none."""
        return feed.changes_after(0, most=5000)

    def _who(self, name: str) -> Who:
        user = self.people[name].user
        if user is None:
            return Who(name, None)
        blocks, mutes = self.rows["blocks"], self.rows["mutes"]
        return Who(
            name,
            user.pk,
            blocks=frozenset(each.blocked_id for each in blocks if each.blocker_id == user.pk),
            blocked_by=frozenset(each.blocker_id for each in blocks if each.blocked_id == user.pk),
            muted=frozenset(each.muted_id for each in mutes if each.muter_id == user.pk),
        )


def made[M: Record](model: type[M], **values: object) -> M:
    """Create a row as the product itself would."""
    return changes.create(model, by=SYSTEM, **values)


def new_world() -> World:
    """Fill every resource."""
    people = {name: new_member(name) for name in ("alice", "bob", "carol")}
    people["moderator"] = new_member("moderator", roles=["moderator"])
    people["admin"] = new_member("admin", roles=["admin"])
    alice, bob, carol = (people[name].user for name in ("alice", "bob", "carol"))
    now = timezone.now()
    for name, values in (
        ("leaver", {"leaves_at": now, "silenced_until": now + timedelta(days=1)}),
        ("closed", {"is_active": False}),
    ):
        user = new_member(name).user
        assert user is not None
        changes.update(user, by=SYSTEM, **values)
    for user in User.objects.all():
        changes.update(user, by=SYSTEM, bio=WORD)
    made(Follow, follower=bob, followed=alice)
    made(Follow, follower=alice, followed=carol)
    made(Mute, muter=carol, muted=alice)
    for name in ("bob", "moderator"):
        made(Block, blocker=carol, blocked=people[name].user)
    templates = _templates(alice, bob, carol)
    cards = _cards(alice, bob, templates["approved"])
    _collections(alice, bob, cards)
    _community(alice, bob, carol, cards)
    _feed(bob)
    _comments_on_cards(bob, cards)
    fill_with_cases(people, cards)
    _about_what_was_said(bob, carol)
    for resource in registry.all_resources():
        if not resource.model._default_manager.exists():
            example_row(resource, owner=people["alice"])
    for sanction in Sanction.objects.all():
        lift_sanction(sanction, by=SYSTEM)
    return World({"anonymous": Persona(None, Api()), **people}, _all_rows())


def _all_rows() -> dict[str, list[Any]]:
    """Read everything once, each relation holding the very row that it points at."""
    rows = {
        resource: list(resource.model._default_manager.all())
        for resource in registry.all_resources()
    }
    known = {row.pk: row for each in rows.values() for row in each}
    for row in known.values():
        for column in row._meta.concrete_fields:
            target = known.get(getattr(row, column.attname)) if column.is_relation else None
            if target is not None:
                setattr(row, column.name, target)
    by_name = {resource.name: each for resource, each in rows.items()}
    tell_scopes_and_targets(by_name, known)
    prefetch_related_objects(by_name["collections"], "collaborators")
    prefetch_related_objects(by_name["rooms"], "members")
    prefetch_related_objects(by_name["polls"], "votes")
    return by_name


def _templates(alice: object, bob: object, carol: object) -> dict[str, Template]:
    found = {}
    for state in Template.State.values:
        template = made(
            Template,
            author=alice,
            title=f"{WORD} {state}",
            slots={"type": "object", "properties": {}},
            state=state,
            moderator_note="Too bright",
            version=1,
        )
        made(TemplateVersion, template=template, number=1, slots={})
        made(Review, template=template, author=bob, stars=3)
        found[state] = template
    columns = {"slots": {"type": "object", "properties": {}}, "state": "approved"}
    hidden = made(Template, author=alice, title=f"{WORD} hidden", is_hidden=True, **columns)
    made(Review, template=hidden, author=bob, stars=3)
    made(Review, template=found["approved"], author=carol, stars=1, is_hidden=True)
    return found


def _cards(alice: object, bob: object, template: Template) -> dict[str, Card]:
    states = [("draft", "public"), ("archived", "public")]
    states += [("published", visibility) for visibility in Card.Visibility.values]
    found: dict[str, Card] = {}
    for status, visibility in states:
        card = made(
            Card,
            creator=alice,
            title=f"{WORD} {status}",
            status=status,
            visibility=visibility,
            template=template,
        )
        for number, was in enumerate(Card.Visibility.values, 1):
            made(CardVersion, card=card, author=alice, number=number, visibility=was, content={})
        made(CardLike, card=card, user=bob)
        found[visibility if status == "published" else status] = card
    made(Card, creator=alice, title=f"{WORD} hidden", status="published", is_hidden=True)
    for origin in (found["unlisted"], found["private"]):
        remixed = {"title": f"{WORD} remix", "status": "published", "remixed_from": origin}
        made(Card, creator=bob, **remixed)
    return found


def _collections(alice: object, bob: object, cards: Mapping[str, Card]) -> None:
    for visibility in Collection.Visibility.values:
        for helper in (None, bob):
            collection = made(Collection, owner=alice, title=WORD, visibility=visibility)
            for place, card in (("a0", cards["public"]), ("a1", cards["unlisted"])):
                made(CollectionItem, collection=collection, card=card, position=place)
            if helper:
                made(CollectionCollaborator, collection=collection, user=helper)
    made(Collection, owner=alice, title=WORD, is_hidden=True)


def _comments_on_cards(bob: object, cards: Mapping[str, Card]) -> None:
    for card in cards.values():
        for is_hidden in (False, True):
            made(Comment, card=card, author=bob, text=WORD, is_hidden=is_hidden)


def _community(alice: object, bob: object, carol: object, cards: Mapping[str, Card]) -> None:
    made(NotificationMute, user=alice, card=cards["public"])
    for card in (None, cards["public"], cards["unlisted"], cards["private"]):
        for is_closed_to_others in (False, True):
            post = made(Post, author=alice, text=WORD, card=card, is_hidden=is_closed_to_others)
            for author in (bob, carol):
                said = {"post": post, "author": author, "text": WORD}
                made(Comment, **said, is_hidden=author == carol)
            tombstone = made(Comment, post=post, author=bob, text="", is_deleted=True)
            made(PostLike, post=post, user=carol)
            made(CommentLike, comment=tombstone, user=carol)
            host = alice if card == cards["private"] else bob
            room = made(Room, creator=host, title=WORD, card=card, is_private=is_closed_to_others)
            made(RoomMember, room=room, user=carol)
            made(RoomRead, room=room, user=carol, read_at=room.created_at)
            for is_hidden in (False, True):
                made(Message, room=room, author=carol, body=WORD, is_hidden=is_hidden)


def _about_what_was_said(bob: object, carol: object) -> None:
    """Let carol be mentioned in, react to and edit something of every kind in every state."""
    said = [("post", post) for post in Post.objects.filter(card=None)] + [
        ("comment", comment)
        for comment in Comment.objects.filter(post__isnull=False, post__card=None)
    ]
    for relation, row in said:
        about = {relation: row}
        made(Mention, member=carol, **about)
        made(Reaction, user=carol, emoji="🔥", **about)
        for was_public in (False, True):
            written = {"written_at": row.created_at, "was_public": was_public}
            made(Edit, author=bob, text=WORD, **about, **written)
    for number, post in enumerate(Post.objects.order_by("created_at")[:6]):
        states = {"has_hidden_results": number > 1, "is_closed": number > 3}
        poll = made(Poll, post=post, options=["Holo", "Gold"], counts=[0, 1], **states)
        made(PollVote, poll=poll, user=carol, option=1)
    for message in Message.objects.filter(room__card=None):
        made(Mention, member=bob, message=message)
        made(Reaction, user=bob, emoji="🔥", message=message)


def _feed(reader: object) -> None:
    """Rank every card and post, as if each had once been there for everybody."""
    for card in Card.objects.all():
        item = made(FeedItem, kind="card", card=card, author=card.creator)
        made(FeedRead, item=item, user=reader)
    for post in Post.objects.all():
        made(FeedItem, kind="post", post=post, author=post.author)
        made(FeedItem, kind="post", author=post.author, is_shown=False)
