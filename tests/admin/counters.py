"""Every counter of the product, as stored and as counted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cards.models import Card, CardLike
from collections_app.models import Collection, CollectionItem
from community.models import Comment, CommentLike, Message, Poll, PollVote, Post, PostLike, Room
from templates_app.models import Review, Template
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from django.db.models import Model

type Count = Callable[[Any], int]

COUNTERS: Mapping[tuple[type[Model], str], Count] = {
    (User, "card_count"): lambda user: Card.objects.filter(
        creator=user, status="published"
    ).count(),
    (Card, "like_count"): lambda card: CardLike.objects.filter(card=card).count(),
    (Collection, "item_count"): lambda held: CollectionItem.objects.filter(collection=held).count(),
    (Post, "comment_count"): lambda post: Comment.objects.filter(
        post=post, is_deleted=False
    ).count(),
    (Post, "like_count"): lambda post: PostLike.objects.filter(post=post).count(),
    (Card, "comment_count"): lambda card: Comment.objects.filter(
        card=card, is_deleted=False
    ).count(),
    (Comment, "like_count"): lambda said: CommentLike.objects.filter(comment=said).count(),
    (Poll, "vote_count"): lambda poll: PollVote.objects.filter(poll=poll).count(),
    (Room, "message_count"): lambda room: Message.objects.filter(room=room).count(),
    (Template, "use_count"): lambda template: Card.objects.filter(template=template).count(),
    (Template, "rating_count"): lambda template: Review.objects.filter(template=template).count(),
    (Template, "rating_sum"): lambda template: sum(
        Review.objects.filter(template=template).values_list("stars", flat=True)
    ),
}

type Counters = dict[tuple[str, str, str], int]


def wrong_counters() -> Counters:
    """Return what is stored where it is not what it should be."""
    return {key: stored for key, stored, right in _counters() if stored != right}


def _counters() -> Iterator[tuple[tuple[str, str, str], int, int]]:
    """Yield each counter of each row: which it is, what is stored, and what it should be."""
    rows = {model: list(model._default_manager.all()) for model in {each for each, _ in COUNTERS}}
    for (model, name), count in COUNTERS.items():
        for row in rows[model]:
            yield (model.__name__, str(row), name), getattr(row, name), count(row)
