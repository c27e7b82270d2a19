"""A community of any size, written straight into the tables, with its feed."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from bench.search.measuring import text
from cards.models import Card, CardLike
from community.models import FeedItem, FeedRead, Post
from community.services.ranking import item_values, rank_values
from resources import search
from resources.actors import Actor
from resources.ids import new_id
from users.models import Follow, User, address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import Model

ROWS_AT_ONCE = 2_000
CARDS_OF_MEMBER = 50
CARDS_TO_A_POST = 10
DAYS = 365
FOLLOWED_SHARE = 50
"""The reader follows one member of so many."""
INSERT_LIKE = (
    "INSERT INTO cards_cardlike (id, created_at, updated_at, revision, card_id, user_id)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
READ = 500
"""Items that the reader has read, the hottest ones."""


class Filled(NamedTuple):
    """Who reads, and how much there is."""

    reader: Actor
    counts: dict[str, int]


def fill(count: int, likes: int) -> Filled:
    """Fill an empty database with cards, ten likes to each on average, posts and their feed."""
    chance = random.Random(count)
    members = [_member(number) for number in range(max(20, count // CARDS_OF_MEMBER))]
    store(User, members)
    cards = list(_cards(chance, members, count))
    _spread_likes(chance, cards, likes, len(members))
    store(Card, cards)
    _store_likes(_likes(chance, members, cards))
    for some in batched(cards, ROWS_AT_ONCE):
        with transaction.atomic():
            search.index_many(some)
    posts = [_post(chance, members, number) for number in range(count // CARDS_TO_A_POST)]
    store(Post, posts)
    search.index_many(posts)
    search.merge()  # as the worker does every ten minutes
    shown: list[Card | Post] = [*cards, *posts]
    items = [FeedItem(**item_values(row), **rank_values(row, first_shown(row))) for row in shown]
    store(FeedItem, items)
    hottest = sorted(items, key=lambda item: -item.hot)[:READ]
    store(FeedRead, [FeedRead(item=item, user=members[0]) for item in hottest])
    followed = members[1 : 1 + max(1, len(members) // FOLLOWED_SHARE)]
    store(Follow, [Follow(follower=members[0], followed=member) for member in followed])
    with connection.cursor() as cursor:
        # PostgreSQL's autovacuum does it by itself, but only within a minute.
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    models: Sequence[type[Model]] = (User, Card, CardLike, Post, FeedItem)
    counts = {model._meta.model_name or "": model._default_manager.count() for model in models}
    return Filled(Actor(members[0].pk, is_verified=True), counts)


def store(model: type[Model], rows: Iterable[Model]) -> None:
    """Insert rows, some thousands at a time."""
    for some in batched(rows, ROWS_AT_ONCE):
        with transaction.atomic():
            model._default_manager.bulk_create(some)


def first_shown(row: Card | Post) -> datetime:
    """Return when a card or post was published."""
    return row.created_at if isinstance(row, Post) else row.published_at or row.created_at


def _member(number: int) -> User:
    return User(username=f"member{number}", **address(f"member{number}@example.com"))


def _cards(chance: random.Random, members: Sequence[User], count: int) -> Iterator[Card]:
    now = timezone.now()
    for number in range(count):
        moment = now - timedelta(days=DAYS * (1 - number / count))
        yield Card(
            creator=chance.choice(members),
            title=text(chance, number, 3),
            description=text(chance, number, 12),
            status="published",
            version=1,
            published_at=moment,
            created_at=moment,
            comment_count=chance.randrange(5),
        )


def _likes(
    chance: random.Random, members: Sequence[User], cards: Sequence[Card]
) -> Iterator[Sequence[str | int | None]]:
    """Yield the values of `INSERT_LIKE` for likes, few cards having many of them."""
    stored = partial(CardLike._meta.pk.get_db_prep_save, connection=connection)
    users = [stored(member.pk) for member in members]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    for card in cards:
        first, key = chance.randrange(len(members)), stored(card.pk)
        for place in range(card.like_count):
            yield stored(new_id()), now, now, 1, key, users[(first + place) % len(users)]


def _store_likes(likes: Iterable[Sequence[str | int | None]]) -> None:
    """Insert likes without a model instance for each, of which there would be a million."""
    for some in batched(likes, 10 * ROWS_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(INSERT_LIKE, some)


def _spread_likes(chance: random.Random, cards: Sequence[Card], count: int, most: int) -> None:
    """Set the like counts of cards, `count` together; few cards have many."""
    left = count
    for card in chance.sample(cards, len(cards)):
        wanted = round(chance.paretovariate(1.1) * count / len(cards) / 3)
        card.like_count = min(left, most, wanted)
        left -= card.like_count


def _post(chance: random.Random, members: Sequence[User], number: int) -> Post:
    moment = timezone.now() - timedelta(days=DAYS * chance.random())
    author = chance.choice(members)
    return Post(author=author, text=text(chance, number, 12), created_at=moment)
