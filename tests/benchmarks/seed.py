"""Fill a fresh data folder for a benchmark: `python -m tests.benchmarks.seed 20000`."""

from __future__ import annotations

import json
import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first

from cards.models import Card  # noqa: E402 - Django is set up first
from resources import changes  # noqa: E402 - Django is set up first
from resources.actors import SYSTEM  # noqa: E402 - Django is set up first
from users.models import User  # noqa: E402 - Django is set up first
from users.tokens import token_pair  # noqa: E402 - Django is set up first

MEMBERS = 200
RARITIES = ("common", "uncommon", "rare", "epic", "legendary", "mythic")
BATCH = 2_000


def main(count: int) -> None:
    """Create members and published cards; print a card's id and a member's token as JSON."""
    call_command("migrate", verbosity=0)
    chance = random.Random(7)  # noqa: S311 - the same rows every time, no secret
    members = changes.create_many([_member(number) for number in range(MEMBERS)], by=SYSTEM)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        changes.create_many([_card(n, members, chance) for n in numbers], by=SYSTEM)
    card = Card.objects.order_by("-like_count").values_list("pk", flat=True)[0]
    seeded = {"card": str(card), "token": token_pair(members[0])["access"]}
    sys.stdout.write(json.dumps(seeded) + "\n")


def _member(number: int) -> User:
    name = f"member{number}"
    return User(email=f"{name}@example.com", username=name, display_name=name, password="!")


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


if __name__ == "__main__":
    main(int(sys.argv[1]))
