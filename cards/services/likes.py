"""Likes of cards, and their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cards.models import CardLike
from resources.api import changes, row_sql

if TYPE_CHECKING:
    from cards.models import Card
    from resources.api import Actor


def like_card(card: Card, *, by: Actor) -> None:
    """Like a card; liking it twice is the same."""
    if row_sql.exists(CardLike, card_id=card.pk, user_id=by.id):
        return
    with changes.together():
        changes.create(CardLike, by=by, card_id=card.pk, user_id=by.id)
        changes.update(card, by=by, like_count=card.like_count + 1)


def unlike_card(card: Card, *, by: Actor) -> None:
    """Take a like back; there need not be one."""
    like = card.likes.filter(user=by.id).first()
    if like is not None:
        delete_like(like, by=by)


def delete_like(like: CardLike, *, by: Actor) -> None:
    """Delete a like, which the card then no longer counts."""
    with changes.together():
        card = changes.locked(like.card)
        changes.delete(like, by=by)
        changes.update(card, by=by, like_count=max(0, card.like_count - 1))
