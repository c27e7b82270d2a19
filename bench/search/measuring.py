"""Runs in a process of its own, on the code of the checkout that it stands in.

It fills its database, says how long that took, and then asks a round of questions for each line of
its standard input. What it says is JSON, a line each.
"""

from __future__ import annotations

import json
import random
import sys
from itertools import batched
from time import perf_counter, process_time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection, transaction

from cards.models import Card
from resources import changes, search
from resources.actors import ANONYMOUS, SYSTEM
from resources.execution.reader import list_records
from resources.registry import resource_of
from users.models import User, address

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resources.json_text import JsonObject

WORDS = 3_000
ROWS_AT_ONCE = 1_000
QUESTIONS = 20
TITLE, DESCRIPTION = 3, 30
"""Words of a card."""
CREATED = 320
WITH_A_COMMIT = 16
SYLLABLES = [chr(0xAC00 + 28 * number) for number in range(0, 399, 3)]
CLOSED = [chr(0xAC00 + 28 * number + 4) for number in range(0, 399, 7)]
PARTICLES = ["", "", "", "를", "의", "에서", "은", "와"]
LETTERS = ["ba", "dra", "em", "fi", "go", "ha", "ki", "lo", "mi", "nor", "pe", "ra", "sto", "tu"]


class Language:
    """Made-up words, some of them used far more often than others (Zipf's law)."""

    def __init__(self, chance: random.Random, syllables: Sequence[str]) -> None:
        made = {
            "".join(chance.choices(syllables, k=chance.choice((2, 2, 3, 4))))
            for _ in range(9 * WORDS)
        }
        self.words = sorted(made)[:: max(1, len(made) // WORDS)][:WORDS]
        chance.shuffle(self.words)
        self.weights = [1 / (rank + 10) for rank in range(len(self.words))]

    def some(self, chance: random.Random, count: int) -> list[str]:
        """Return words by how often they are used."""
        return chance.choices(self.words, self.weights, k=count)

    def rare(self, chance: random.Random) -> str:
        """Return one of the rarer half."""
        return chance.choice(self.words[len(self.words) // 2 :])


vocabulary = random.Random(14)
KOREAN = Language(vocabulary, SYLLABLES + CLOSED)
LATIN = Language(vocabulary, LETTERS)
KINDS: dict[str, Callable[[random.Random], str]] = {
    "Latin, two words": lambda chance: " ".join(LATIN.some(chance, 2)),
    "Latin, a rare word": LATIN.rare,
    "Latin, a beginning": lambda chance: LATIN.rare(chance)[:4],
    "Korean, two words": lambda chance: " ".join(KOREAN.some(chance, 2)),
    "Korean, a rare word": KOREAN.rare,
    "Korean, inside a word": lambda chance: KOREAN.rare(chance)[-2:],
    "Korean, one syllable": lambda chance: chance.choice(SYLLABLES),
}
PAGE = "a page without a search"


def main(count: int) -> None:
    """Fill the database, then answer each line of standard input with a round of times."""
    call_command("migrate", verbosity=0)
    member = changes.create(User, by=SYSTEM, username="bench", **address("bench@example.com"))
    say(fill(member, count) | {"create": create(member)})
    for line in sys.stdin:
        chance = random.Random(int(line))
        say({PAGE: pages(chance)} | {kind: asked(kind, chance) for kind in KINDS})


def fill(member: User, count: int) -> JsonObject:
    """Create cards, half of them Korean; tell the seconds and bytes that the index took."""
    chance = random.Random(count)
    seconds = 0.0
    size = 0
    for numbers in batched(range(count), ROWS_AT_ONCE):
        with transaction.atomic():
            cards = Card.objects.bulk_create(card(member, chance, number) for number in numbers)
            size -= used_bytes()
            began = perf_counter()
            search.index_many(cards)
            seconds += perf_counter() - began
            size += used_bytes()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"seconds": seconds, "bytes": size}


def card(member: User, chance: random.Random, number: int) -> Card:
    """Return a card, not saved yet."""
    return Card(
        creator=member,
        title=text(chance, number, TITLE),
        description=text(chance, number, DESCRIPTION),
        status="published",
        like_count=chance.randrange(10_000),
    )


def text(chance: random.Random, number: int, count: int) -> str:
    """Return a text: of odd numbers Korean, some words of it with something attached."""
    if number % 2:
        return " ".join(word + chance.choice(PARTICLES) for word in KOREAN.some(chance, count))
    return " ".join(LATIN.some(chance, count))


def used_bytes() -> int:
    """Return the size of the index, or on SQLite of all there is."""
    question = (
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        if connection.vendor == "sqlite"
        else "SELECT pg_total_relation_size('resources_searchentry')"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def create(member: User) -> dict[str, float]:
    """Return the microseconds of processor time that a card takes through the write door."""
    return {
        name: min(_create(member, random.Random(turn), number) for turn in range(5))
        for number, name in enumerate(("Latin", "Korean"))
    }


def _create(member: User, chance: random.Random, number: int) -> float:
    cards = [
        {"title": text(chance, number, 3), "description": text(chance, number, 12)}
        for _ in range(CREATED)
    ]
    began = process_time()
    for group in batched(cards, WITH_A_COMMIT):
        with transaction.atomic(), search.gathered():
            for values in group:
                changes.create(Card, by=SYSTEM, creator=member, status="draft", **values)
    return (process_time() - began) / CREATED * 1e6


def pages(chance: random.Random) -> list[float]:
    """Return the milliseconds of pages by likes, another one each time."""
    return [
        timed({"like_count__lt": chance.randrange(10_000), "sort": "-like_count"})
        for _ in range(QUESTIONS)
    ]


def asked(kind: str, chance: random.Random) -> list[float]:
    """Return the milliseconds of questions of a kind, another one each time."""
    return [timed({"search": KINDS[kind](chance)}) for _ in range(QUESTIONS)]


def timed(parameters: JsonObject) -> float:
    """Return the milliseconds that a list takes."""
    cards, query = resource_of(Card), urlencode(parameters)
    began = perf_counter()
    list_records(cards, ANONYMOUS, query, "")
    return (perf_counter() - began) * 1e3


def say(value: JsonObject) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
