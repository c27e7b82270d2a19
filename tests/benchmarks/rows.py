"""The rows that benchmarks run over."""

from __future__ import annotations

import random
from time import time

import jwt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from tests.benchmarks.sign_ins import SIGNER
from users.callers import NOWHERE
from users.models import User, address
from users.services.accounts import register_member
from users.services.sessions import open_session
from users.tokens import token_pair

MEMBERS = 200
RARITIES = ("common", "uncommon", "rare", "epic", "legendary", "mythic")
BATCH = 2_000


def fill(count: int) -> dict[str, str]:
    """Create members and published cards; gives a card's id and a member's token."""
    call_command("migrate", verbosity=0)
    chance = random.Random(7)
    members = changes.create_many([_member(number) for number in range(MEMBERS)], by=SYSTEM)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        changes.create_many([_card(n, members, chance) for n in numbers], by=SYSTEM)
    card = Card.objects.order_by("-like_count").values_list("pk", flat=True)[0]
    session = open_session(members[0], caller=NOWHERE, method="benchmark")
    register_member(
        by=SYSTEM,
        email="signer@example.com",
        username=SIGNER["identity"],
        password_hash=make_password(SIGNER["password"]),
        is_verified=True,
    )
    tokens = {"token": token_pair(session)["access"], "stock_token": _stock_token(members[0])}
    return {"card": str(card), **tokens}


def _stock_token(user: User) -> str:
    """Make a token as simplejwt does by itself: HS256 under the secret key."""
    claims = {"token_type": "access", "exp": time() + 86_400, "jti": "x", "user_id": str(user.pk)}
    return jwt.encode(claims, settings.SECRET_KEY, "HS256")


def _member(number: int) -> User:
    name = f"member{number}"
    return User(**address(f"{name}@example.com"), username=name, display_name=name, password="!")


def _card(number: int, members: list[User], chance: random.Random) -> Card:
    return Card(
        creator=chance.choice(members),
        title=f"Card {number} of the {chance.choice(('dragon', 'forest', 'tide', 'forge'))}",
        description="A card among many, with a sentence or two about what it does and why.",
        tags=chance.sample(["fire", "water", "earth", "air", "light", "dark"], 2),
        rarity=chance.choice(RARITIES),
        effects={"preset": "holo", "intensity": 0.5},
        status="published",
        visibility="public",
        like_count=chance.randrange(1_000),
    )
