"""The rows that benchmarks run over."""

from __future__ import annotations

import random
from time import time
from typing import TYPE_CHECKING

import jwt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection

from bench.subjects import (
    DRAFTS,
    KOREAN_WORDS,
    LIKED,
    MEMBERS,
    RARE_CARDS,
    RARE_WORD,
    RARITIES,
    SIGNER,
    WORDS,
)
from cards.models import Card
from community.models import FeedItem
from community.services.ranking import item_values, rank_values
from resources import changes, search
from resources.actors import SYSTEM
from users.callers import NOWHERE
from users.models import User, address
from users.services.accounts import register_member
from users.services.sessions import open_session
from users.tokens import token_pair

if TYPE_CHECKING:
    from resources.json_text import JsonObject

BATCH = 2_000
KOREAN = 5
"""One title of so many is Korean."""


def fill(count: int) -> JsonObject:
    """Create members, published cards and the first member's drafts; tell what is asked about.

    Gives `card`, the most liked one's id; the ids of published `cards`, of `drafts` and of
    `members`; and an access token for every member in `tokens`, with one for stock DRF in
    `stock_token`.
    """
    call_command("migrate", verbosity=0)
    chance = random.Random(7)
    members = changes.create_many([_member(number) for number in range(MEMBERS)], by=SYSTEM)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        cards = [_card(_title(n, count, chance), members, chance) for n in numbers]
        changes.create_many(cards, by=SYSTEM)
        FeedItem.objects.bulk_create(_feed_item(card) for card in cards)
    drafts = [_draft(number, members[0]) for number in range(DRAFTS)]
    changes.create_many(drafts, by=SYSTEM)
    search.merge()  # as the worker does every ten minutes
    register_member(
        by=SYSTEM,
        email="signer@example.com",
        username=SIGNER["identity"],
        password_hash=make_password(SIGNER["password"]),
        is_verified=True,
    )
    if connection.vendor == "postgresql":
        # Autovacuum does it by itself, but only within a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    published = Card.objects.filter(status="published")
    return {
        "card": str(published.order_by("-like_count", "-pk").values_list("pk", flat=True)[0]),
        "cards": [str(pk) for pk in published.order_by("pk").values_list("pk", flat=True)[:LIKED]],
        "drafts": [str(draft.pk) for draft in drafts],
        "members": [str(member.pk) for member in members],
        "tokens": [_token(member) for member in members],
        "stock_token": _stock_token(members[0]),
    }


def _token(member: User) -> str:
    return token_pair(open_session(member, caller=NOWHERE, method="benchmark"))["access"]


def _stock_token(user: User) -> str:
    """Make a token as simplejwt does by itself: HS256 under the secret key."""
    claims = {"token_type": "access", "exp": time() + 86_400, "jti": "x", "user_id": str(user.pk)}
    return jwt.encode(claims, settings.SECRET_KEY, "HS256")


def _member(number: int) -> User:
    name = f"member{number}"
    return User(**address(f"{name}@example.com"), username=name, display_name=name, password="!")


def _title(number: int, count: int, chance: random.Random) -> str:
    is_rare = number % max(1, count // RARE_CARDS) == 0
    creature, place = map(chance.choice, KOREAN_WORDS if number % KOREAN == 0 else WORDS)
    return f"Card {number} of the {RARE_WORD if is_rare else creature} {place}"


def _card(title: str, members: list[User], chance: random.Random) -> Card:
    return Card(
        creator=chance.choice(members),
        title=title,
        description="A card among many, with a sentence or two about what it does and why.",
        tags=chance.sample(["fire", "water", "earth", "air", "light", "dark"], 2),
        rarity=chance.choice(RARITIES),
        effects={"preset": "holo", "intensity": 0.5},
        status="published",
        visibility="public",
        like_count=chance.randrange(1_000),
    )


def _feed_item(card: Card) -> FeedItem:
    return FeedItem(**item_values(card), **rank_values(card, card.created_at))


def _draft(number: int, creator: User) -> Card:
    return Card(creator=creator, title=f"Draft {number}", description="Not finished.")
