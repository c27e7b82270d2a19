"""What of the change log concerns whom: the table of what notifications are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from cards.models import PUBLIC, Card
from community.models import (
    ActionKind,
    Appeal,
    CaseAction,
    Comment,
    Message,
    NotificationKind,
    Post,
    Report,
)
from resources.api import Action
from templates_app.models import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from django.db.models import Model

    from resources.api import Change

Kind = NotificationKind


@dataclass(frozen=True)
class Occasion:
    """Something that one member is to be told of.

    `source_id` is the record that says so: it is told of once, and no more when it goes. `about`
    are the relations of the notification, `joins` is what occasions of a kind are gathered by.
    """

    kind: Kind
    recipient_id: UUID
    source_id: UUID
    at: datetime
    actor_id: UUID | None = None
    about: Mapping[str, UUID | None] = field(default_factory=dict)
    joins: UUID | None = None

    @property
    def group(self) -> str:
        """Return what joins an unread notification of the recipient."""
        return f"{self.kind}:{self.joins or self.source_id}"

    def to(self, member: UUID) -> Occasion:
        """Return the same occasion for another recipient."""
        return replace(self, recipient_id=member)

    @property
    def relations(self) -> dict[str, UUID]:
        """Return the relations that are set."""
        return {name: key for name, key in self.about.items() if key is not None}


def occasions_of(change: Change) -> Iterator[Occasion]:
    """Yield what a change is an occasion for; what was hidden and is shown counts as new."""
    is_new = change.action == Action.CREATE
    is_shown_again = change.after.get("is_hidden") is False
    if is_new or is_shown_again:
        yield from _by_creation(change)
    elif change.action == Action.UPDATE:
        yield from _by_decision(change)
    if change.action != Action.DELETE and change.resource == "cards":
        yield from _remixed(change)


def _by_creation(change: Change) -> Iterator[Occasion]:
    find = ON_CREATION.get(change.resource)
    # The past of erased members is empty.
    if find and change.after:
        yield from find(change)


def _by_decision(change: Change) -> Iterator[Occasion]:
    find = ON_DECISION.get(change.resource)
    if find:
        yield from find(change)


def _row[M: Model](model: type[M], key: object) -> M | None:
    found: M | None = model._default_manager.filter(pk=key).first() if key else None
    return found


def _commented(change: Change) -> Iterator[Occasion]:
    """Tell whose comment was answered, and whose post or card it was."""
    comment = _row(Comment, change.record_id)
    if comment is None or comment.is_deleted:
        return
    place = {"post_id": comment.post_id, "card_id": comment.card_id}
    answered = comment.parent.author_id if comment.parent else None
    said = (comment.pk, change.at, comment.author_id, {**place, "comment_id": comment.pk})
    if answered:
        yield Occasion(Kind.REPLY, answered, *said, joins=comment.parent_id)
    owner = _owner_of(place)
    if owner and owner != answered:
        yield Occasion(Kind.COMMENT, owner, *said, joins=place["post_id"] or place["card_id"])


def _owner_of(about: Mapping[str, UUID | None] | Mapping[str, UUID]) -> UUID | None:
    """Return whose comment, post or card something is about."""
    for name, model, column in OWNERS:
        if key := about.get(name):
            rows = model._default_manager.filter(pk=key).order_by()
            owner: UUID | None = rows.values_list(column, flat=True).first()
            if owner:
                return owner
    return None


def _about(change: Change) -> dict[str, UUID]:
    """Return the relations in a change's row that lead to a comment, a post, a card, a message."""
    return {name: UUID(key) for name in PLACES if (key := change.after.get(name))}


def _with_place(about: Mapping[str, UUID]) -> dict[str, UUID | None]:
    """Return relations with the post or card that a comment among them is on."""
    comment = _row(Comment, about.get("comment_id"))
    place = {"post_id": comment.post_id, "card_id": comment.card_id} if comment else {}
    return {**about, **place}


def _liked(change: Change) -> Iterator[Occasion]:
    yield from _touched(change, Kind.LIKE)


def _reacted(change: Change) -> Iterator[Occasion]:
    yield from _touched(change, Kind.REACTION)


def _touched(change: Change, kind: Kind) -> Iterator[Occasion]:
    """Tell whose comment, post or card was liked or reacted to."""
    about = _about(change)
    owner = _owner_of(about)
    who = change.after.get("user_id")
    if owner and who:
        target = next(iter(about.values()))
        place = _with_place(about)
        yield Occasion(kind, owner, change.record_id, change.at, UUID(who), place, target)


def _mentioned(change: Change) -> Iterator[Occasion]:
    """Tell who was mentioned, unless the comment itself told them already.

    What is told of is the text: it is the source, not the mention in it.
    """
    about = _about(change)
    author = _owner_of(about)
    if author:
        text = next(iter(about.values()))
        member = UUID(change.after["member_id"])
        yield Occasion(Kind.MENTION, member, text, change.at, author, _with_place(about))


def _followed(change: Change) -> Iterator[Occasion]:
    follower, followed = UUID(change.after["follower_id"]), UUID(change.after["followed_id"])
    yield Occasion(Kind.FOLLOW, followed, change.record_id, change.at, follower, joins=followed)


def _reviewed(change: Change) -> Iterator[Occasion]:
    template = _row(Template, change.after.get("template_id"))
    author = change.after.get("author_id")
    if template and author:
        about = {"template_id": template.pk, "review_id": change.record_id}
        yield Occasion(
            Kind.REVIEW,
            template.author_id,
            change.record_id,
            change.at,
            UUID(author),
            about,
            template.pk,
        )


def _acted(change: Change) -> Iterator[Occasion]:
    """Tell the author what moderators did to them or their content."""
    action = _row(CaseAction, change.record_id)
    if action and action.kind not in ON_APPEAL:
        about = {"action_id": action.pk, "sanction_id": action.sanction_id}
        yield from _judged(change, action.subject_id, **about)


def _decided_report(change: Change) -> Iterator[Occasion]:
    """Tell the reporter what came of a report, and again if an appeal changes that."""
    report = _row(Report, change.record_id)
    if report and "outcome" in change.after:
        yield from _judged(change, report.reporter_id, report_id=report.pk)


def _decided_appeal(change: Change) -> Iterator[Occasion]:
    """Tell the author of an appeal what came of it."""
    appeal = _row(Appeal, change.record_id)
    if appeal and "outcome" in change.after:
        yield from _judged(change, appeal.author_id, appeal_id=appeal.pk)


def _judged(change: Change, member: UUID | None, **about: UUID | None) -> Iterator[Occasion]:
    """Tell a member of a decision, unless it was their own; who decided is not told."""
    if member and member != change.actor_id:
        source, at = _decision_id(change), change.at
        yield Occasion(Kind.MODERATION, member, source, at, about=about, joins=change.record_id)


def _decision_id(change: Change) -> UUID:
    """Return the id of one decision: a record can be decided about more than once."""
    is_new = change.action == Action.CREATE
    return change.record_id if is_new else uuid5(change.record_id, str(change.pk))


def _decided_template(change: Change) -> Iterator[Occasion]:
    """Tell the author that moderators have approved a template, or want changes."""
    sent_back = Template.State.CHANGES_REQUESTED in (
        change.after.get("state"),
        change.after.get("pending_state"),
    )
    template = _row(Template, change.record_id)
    if template and (sent_back or "version" in change.after):
        decision, about = _decision_id(change), {"template_id": template.pk}
        yield Occasion(
            Kind.TEMPLATE, template.author_id, decision, change.at, None, about, template.pk
        )


def is_published(change: Change) -> bool:
    """Return whether a change may have made a card or post public that was not before."""
    if change.action == Action.CREATE:
        return change.resource in ("cards", "posts")
    return change.resource == "cards" and not PUBLISHING.isdisjoint(change.after)


def publication_for(resource: str, record_id: UUID) -> Occasion | None:
    """Return the occasion of a card or post that is public now, to be told to its followers."""
    if resource == "posts":
        post = Post.objects.filter(pk=record_id, is_hidden=False).first()
        return _publication(post.author_id, post.created_at, post_id=post.pk) if post else None
    card = Card.objects.filter(PUBLIC, pk=record_id, is_hidden=False).first()
    if card is None:
        return None
    at = card.published_at or card.created_at
    return _publication(card.creator_id, at, card_id=card.pk)


def _publication(author_id: UUID, at: datetime, **about: UUID) -> Occasion:
    source = next(iter(about.values()))
    return Occasion(Kind.PUBLICATION, author_id, source, at, author_id, about)


def _remixed(change: Change) -> Iterator[Occasion]:
    """Tell a creator of a remix once it is public."""
    if not is_published(change):
        return
    card = Card.objects.filter(PUBLIC, pk=change.record_id, is_hidden=False).first()
    origin = card and card.remixed_from
    if card is None or origin is None:
        return
    about = {"card_id": card.pk}
    yield Occasion(
        Kind.REMIX, origin.creator_id, card.pk, change.at, card.creator_id, about, origin.pk
    )


OWNERS: tuple[tuple[str, type[Model], str], ...] = (
    ("comment_id", Comment, "author_id"),
    ("post_id", Post, "author_id"),
    ("card_id", Card, "creator_id"),
    ("message_id", Message, "author_id"),
)
PLACES = ("comment_id", "post_id", "message_id", "card_id")
ON_APPEAL = frozenset({ActionKind.UPHOLD, ActionKind.OVERTURN})
"""What is told by the appeal itself."""
PUBLISHING = frozenset({"status", "visibility", "is_hidden"})
ON_CREATION: Mapping[str, Callable[[Change], Iterator[Occasion]]] = {
    "card-likes": _liked,
    "comment-likes": _liked,
    "comments": _commented,
    "follows": _followed,
    "mentions": _mentioned,
    "moderation-log": _acted,
    "post-likes": _liked,
    "reactions": _reacted,
    "reviews": _reviewed,
}
ON_DECISION: Mapping[str, Callable[[Change], Iterator[Occasion]]] = {
    "appeals": _decided_appeal,
    "reports": _decided_report,
    "templates": _decided_template,
}
