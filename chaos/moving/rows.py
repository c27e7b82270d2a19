"""Members who write meanwhile, and a collector with as many cards as are wanted."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from cards.models import Card
from chaos.faults import members
from resources import changes
from resources.actors import SYSTEM
from tests.personas import new_member

if TYPE_CHECKING:
    from resources.json_text import JsonObject

WRITING = 4
BATCH = 2_000


def fill(count: int) -> JsonObject:
    """Make members and so many cards. Return what `chaos.faults.members.fill` returns."""
    people = members.fill(WRITING)
    collector = new_member("collector").user
    for numbers in batched(range(count), BATCH, strict=False):
        cards = [
            Card(
                creator=collector,
                title=f"카드 {number} of the dragon",
                description="A card among many, with a sentence or two about what it does.",
                tags=["fire", "물"],
                rarity="rare",
                effects={"preset": "holo", "intensity": 0.5},
                status="published",
            )
            for number in numbers
        ]
        changes.create_many(cards, by=SYSTEM)
    return people
