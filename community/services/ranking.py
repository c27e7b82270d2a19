"""Keeping the items of the feed up to date with what they show.

Nothing that its author does moves an item's age: it is set when everybody can see the card or post
for the first time, by the server's clock, and stays through edits, archiving and publishing again.
What is deleted and published once more by the same member, with the same picture or words, is as
old as it was.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from itertools import batched, chain
from typing import TYPE_CHECKING

from django.db.models import Min, Q
from django.utils import timezone

from cards.models import Card
from community.models import FeedItem, FeedRead, Post
from community.selectors.ranking import HOT, POINTS, WINDOWS, inputs_of, recency
from resources.api import SYSTEM, Action, changes, row_sql, search

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from resources.api import Actor, Change

    type Shown = Card | Post

KINDS: dict[str, type[Shown]] = {"cards": Card, "posts": Post}
"""The resources that the feed shows."""
DECIDING = frozenset({"status", "visibility", "is_hidden"})
"""The columns that decide whether everybody sees a card or post."""
WITHDRAWN = Q(card=None, post=None)
WITHDRAWN_IS_KEPT_FOR = timedelta(days=90)
MOST_AT_ONCE = 500
RANKED_TOGETHER = 25


def rank_changed(changed: Sequence[Change]) -> None:
    """Bring the items of changed cards and posts up to date (a log consumer)."""
    for name, model in KINDS.items():
        of_kind = [change for change in changed if change.resource == name]
        shown_at = _shown_at(change for change in of_kind if not _is_count(change, model))
        rank(_rows(model).filter(pk__in=shown_at), shown_at)
        _score_again(model, {change.record_id for change in of_kind} - shown_at.keys())
    _inherit_ages(_authors_of_deleted(changed))
    move_windows()


def rank(rows: Iterable[Shown], shown_at: Mapping[UUID, datetime | None] | None = None) -> int:
    """Make the items of these cards or posts, or bring them up to date; returns how many rows.

    `shown_at` says since when everybody sees those of them for which that is new.
    """
    batch = list(rows)
    column = "card" if batch and isinstance(batch[0], Card) else "post"
    items = FeedItem.objects.filter(**{f"{column}__in": batch})
    known = {getattr(item, f"{column}_id"): item for item in items}
    for row in batch:
        item = known.get(row.pk)
        if item is not None:
            _update(item, row)
        elif is_for_everybody(row):
            _create(row, (shown_at or {}).get(row.pk) or _published_at(row))
    return len(batch)


def rank_missing() -> int:
    """Make the items of what was there before the feed, some at a time; returns their number."""
    missing = [
        _rows(Card).filter(status=Card.Status.PUBLISHED, visibility=Card.Visibility.PUBLIC),
        _rows(Post),
    ]
    count = 0
    for rows, column in zip(missing, ("card", "post"), strict=True):
        ranked = FeedItem.objects.exclude(**{column: None}).values(column)
        left = rows.filter(is_hidden=False).exclude(pk__in=ranked)
        while found := list(left[:MOST_AT_ONCE]):
            # A commit for few, so that nobody waits long who wants to write.
            for some in batched(found, RANKED_TOGETHER, strict=False):
                with changes.together():
                    count += rank(some)
    return count


def move_windows() -> int:
    """Move the items on whose day, week or month is over; returns their number."""
    now = timezone.now()
    count = 0
    for window, longest in WINDOWS.items():
        over = FeedItem.objects.filter(recency=window, published_at__lte=now - longest)
        for item in over.order_by("published_at")[:MOST_AT_ONCE]:
            changes.update(item, by=SYSTEM, recency=recency(item.published_at, now))
            count += 1
    return count


def forget_withdrawn() -> int:
    """Delete the items whose card or post was deleted long ago; returns their number."""
    old = timezone.now() - WITHDRAWN_IS_KEPT_FOR
    items = list(FeedItem.objects.filter(WITHDRAWN, updated_at__lt=old)[:MOST_AT_ONCE])
    for item in items:
        changes.delete(item, by=SYSTEM)
    return len(items)


def mark_read(item: FeedItem, *, by: Actor) -> None:
    """Note that a member has read an item; twice is the same."""
    if not row_sql.exists(FeedRead, item_id=item.pk, user_id=by.id):
        changes.create(FeedRead, by=by, item=item, user_id=by.id)


def mark_unread(item: FeedItem, *, by: Actor) -> None:
    """Take back that a member has read an item; they need not have."""
    read = item.reads.filter(user=by.id).first()
    if read is not None:
        changes.delete(read, by=by)


def is_for_everybody(row: Shown) -> bool:
    """Return whether everybody sees a card or post in lists."""
    if isinstance(row, Post):
        return not row.is_hidden
    is_public = (row.status, row.visibility) == (Card.Status.PUBLISHED, Card.Visibility.PUBLIC)
    return is_public and not row.is_hidden


def content_digest(row: Shown) -> str:
    """Return what stands for a card's picture, else for the words of a card or post.

    Case, accents, spaces and punctuation make no difference. The SHA-256 digest in hexadecimal.
    """
    if isinstance(row, Card) and row.front_id and row.front.digest:
        return str(row.front.digest)
    texts = (row.text,) if isinstance(row, Post) else (row.title, row.description)
    words = chain.from_iterable(search.words_of(text) for text in texts)
    return sha256(" ".join(words).encode()).hexdigest()


def item_values(row: Shown) -> dict[str, object]:
    """Return the columns of a new item that its rank does not depend on."""
    is_post = isinstance(row, Post)
    return {
        "kind": FeedItem.Kind.POST if is_post else FeedItem.Kind.CARD,
        "post" if is_post else "card": row,
        "author_id": _author_id(row),
        "content_digest": content_digest(row),
    }


def rank_values(row: Shown, published_at: datetime) -> dict[str, object]:
    """Return the columns that a row's item is ranked by."""
    inputs = inputs_of(row, published_at)
    return {
        "published_at": published_at,
        "recency": recency(published_at, timezone.now()),
        "points": POINTS.score(inputs),
        "hot": HOT.score(inputs),
    }


def _rows(model: type[Shown]) -> Any:
    return Card.objects.select_related("front") if model is Card else Post.objects.all()


def _shown_at(changed: Iterable[Change]) -> dict[UUID, datetime | None]:
    """Return the records of changes, each with when it was last shown to others than before."""
    found: dict[UUID, datetime | None] = {}
    for change in changed:
        is_deciding = change.action == Action.CREATE or not DECIDING.isdisjoint(change.before)
        found[change.record_id] = change.at if is_deciding else found.get(change.record_id)
    return found


def _is_count(change: Change, model: type[Shown]) -> bool:
    """Return whether a change is of nothing but counts, which decide the score alone."""
    return change.action == Action.UPDATE and change.after.keys() <= model.derived


def _score_again(model: type[Shown], keys: Collection[UUID]) -> None:
    """Bring the scores of items up to date whose card or post shows what it did."""
    if not keys:
        return
    rows = model._default_manager.only("like_count", "comment_count").in_bulk(list(keys))
    column = "card_id" if model is Card else "post_id"
    for item in FeedItem.objects.filter(**{f"{column}__in": rows}):
        scores = rank_values(rows[getattr(item, column)], item.published_at)
        changes.update(item, by=SYSTEM, **scores)


def _published_at(row: Shown) -> datetime:
    first = row.created_at if isinstance(row, Post) else row.published_at or row.created_at
    return min(first, timezone.now())


def _author_id(row: Shown) -> UUID:
    author_id: UUID = row.author_id if isinstance(row, Post) else row.creator_id
    return author_id


def _create(row: Shown, published_at: datetime) -> None:
    first = _inherited(_author_id(row), content_digest(row), published_at)
    changes.create(FeedItem, by=SYSTEM, **item_values(row), **rank_values(row, first))


def _update(item: FeedItem, row: Shown) -> None:
    digest, published_at = content_digest(row), item.published_at
    if digest != item.content_digest:
        published_at = _inherited(item.author_id, digest, published_at)
    scores = rank_values(row, published_at)
    is_shown = is_for_everybody(row)
    changes.update(item, by=SYSTEM, content_digest=digest, is_shown=is_shown, **scores)


def _inherited(author_id: UUID, digest: str, published_at: datetime) -> datetime:
    """Return when the member published the same for the first time and deleted it since."""
    before = FeedItem.objects.filter(WITHDRAWN, author=author_id, content_digest=digest)
    first: datetime | None = before.aggregate(first=Min("published_at"))["first"]
    return min(published_at, first or published_at)


def _authors_of_deleted(changed: Iterable[Change]) -> set[UUID]:
    deleted = (change.before for change in changed if change.action == Action.DELETE)
    return {before.get("creator_id") or before.get("author_id") for before in deleted}


def _inherit_ages(authors: Collection[UUID]) -> None:
    """Date items of these members as early as their deleted items of the same content."""
    if not authors:
        return
    before = FeedItem.objects.filter(WITHDRAWN, author__in=authors)
    again = FeedItem.objects.filter(
        ~WITHDRAWN, author__in=authors, content_digest__in=before.values("content_digest")
    )
    for item in again.select_related("card__front", "post"):
        row = item.card or item.post
        if row is not None:
            published_at = _inherited(item.author_id, item.content_digest, item.published_at)
            changes.update(item, by=SYSTEM, **rank_values(row, published_at))
