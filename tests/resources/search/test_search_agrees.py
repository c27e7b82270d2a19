"""The database and a plain evaluator agree about random questions on random texts.

Each half of the suite runs its own database; as both agree with the evaluator, they agree with
each other. `SEARCH_CASES` sets how many questions are asked (300 without it).
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson
import pytest

from cards.models import Card
from resources import changes, registry
from resources.actors import SYSTEM
from resources.execution.reader import list_records
from tests.resources.search.evaluator import is_found

if TYPE_CHECKING:
    from tests.personas import Persona

CASES = int(os.environ.get("SEARCH_CASES", "300"))
WORLDS = 3
ROWS = 60
PIECES = (
    *("가", "나", "다", "가나", "나가", "카드", "드카", "를", "ㅋ", "ㄱ", "용"),
    *("a", "b", "ab", "é", "e\u0301", "E", "ﬁ", "ß", "Σ", "ς", "1", "20", "_", "x\u0302"),
    *("カ", "カ\u3099", "ー", "ｶﾞ", "の", "漢", "字", "\uff21\uff22"),
    *(" ", " ", " ", "-", "/", ".", ",", "\n", "、", "·", "🔥", "\u00ad"),
)
QUOTED = (*PIECES, '"', '"')


def text_of(random: Random, pieces: tuple[str, ...], most: int) -> str:
    return "".join(random.choices(pieces, k=random.randint(1, most)))


def question(random: Random, texts: list[str]) -> str:
    """Ask for something that stands in a text, or for anything."""
    if random.random() < 0.5:
        return text_of(random, QUOTED, 6)
    text = random.choice(texts)
    start = random.randrange(len(text))
    asked = text[start : start + random.randint(1, 6)]
    return f'"{asked}"' if random.random() < 0.2 else asked


@pytest.mark.parametrize("world", range(WORLDS))
def test_a_search_finds_what_the_plain_evaluator_finds(alice: Persona, world: int) -> None:
    random = Random(world)
    texts = [
        (text_of(random, PIECES, 8), text_of(random, PIECES, 20) if random.random() < 0.5 else "")
        for _row in range(ROWS)
    ]
    rows = [
        changes.create(Card, by=SYSTEM, creator=alice.user, title=title, description=body)
        for title, body in texts
    ]
    found_any = 0
    for _case in range(CASES // WORLDS):
        asked = question(random, [text for pair in texts for text in pair if text])
        if not asked.strip() or "\x00" in asked:
            continue
        query = urlencode({"search": asked, "fields": "id", "limit": 100})
        answer = list_records(registry.resource_of(Card), alice.actor, query, "")
        found = {card["id"] for card in orjson.loads(answer.body)["results"]}
        expected = {
            str(row.pk)
            for row, (title, body) in zip(rows, texts, strict=True)
            if is_found(asked, title, body)
        }
        shown = [
            texts[number] for number, row in enumerate(rows) if str(row.pk) in found ^ expected
        ]
        assert found == expected, f"{asked!r} of {shown!r}"
        found_any += bool(found)
    assert found_any > CASES // WORLDS // 3
