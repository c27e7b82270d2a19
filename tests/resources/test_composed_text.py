"""Text is one text, however its accents and syllables were typed, and whoever wrote it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING
from unicodedata import normalize
from uuid import UUID

import pytest

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from resources.text import id_text, time_text

if TYPE_CHECKING:
    from tests.personas import Persona

TITLE, TAG = "카드 Éclair", "étoile"


def forms(text: str) -> tuple[str, str]:
    return normalize("NFC", text), normalize("NFD", text)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("way", ["sent", "written"])
def test_what_was_typed_either_way_is_found_either_way(
    alice: Persona, number: int, way: str
) -> None:
    title, tag = forms(TITLE)[number], forms(TAG)[number]
    if way == "sent":
        alice.creates("cards", title=title, tags=[tag], status="published")
    else:
        changes.create(
            Card, by=SYSTEM, creator=alice.user, title=title, tags=[tag], status="published"
        )
    questions = [{"filter": f'title ~ "{text}"'} for text in forms("éclair")]
    questions += [{"title__contains": text} for text in forms("카드")]
    questions += [{"title": text} for text in forms(TITLE)]
    questions += [{"tags": text} for text in forms(TAG)]
    questions += [{"filter": f'tags ?= "{text}"'} for text in forms(TAG)]
    questions += [{"search": text} for text in forms("éclair")]
    for question in questions:
        (card,) = alice.api.get("cards", **question).json()["results"]
        assert card["title"] == TITLE
        assert card["tags"] == [TAG]


@pytest.mark.parametrize("tags", [["한국"], ["étoile"], ["日本", "fire_2-b"], ["हिन्दी"]])
def test_a_tag_can_be_of_any_script(alice: Persona, tags: list[str]) -> None:
    card = alice.creates("cards", title="x", tags=tags)
    assert card["tags"] == tags
    assert len(alice.api.get("cards", tags=tags[0]).json()["results"]) == 1


@pytest.mark.parametrize(("language", "says"), [("en", "letters, digits"), ("ko", "글자")])
def test_a_wrong_tag_is_told_in_a_sentence(alice: Persona, language: str, says: str) -> None:
    response = alice.api.post(
        "cards", {"title": "x", "tags": ["no spaces"]}, Accept_Language=language
    )
    (error,) = response.json()["errors"]
    assert (response.status_code, error["field"], error["code"]) == (400, "tags.0", "pattern")
    assert says in error["message"]
    assert "{" not in error["message"]
    assert "^" not in error["message"]


def test_ids_and_times_have_the_texts_that_python_gives_them() -> None:
    chance = Random(7)
    ids = [UUID(int=chance.getrandbits(128)) for _each in range(1_000)]
    assert list(map(id_text, [*ids, UUID(int=0)])) == list(map(str, [*ids, UUID(int=0)]))
    first = datetime(1, 1, 1, tzinfo=UTC)
    times = [first + timedelta(microseconds=chance.randrange(3 * 10**17)) for _each in range(1_000)]
    times += [first, first.replace(microsecond=1_000), datetime.max.replace(tzinfo=UTC)]
    times += [time.astimezone(timezone(timedelta(seconds=12_345))) for time in times[:9]]
    times += [time.replace(tzinfo=None) for time in times]
    assert list(map(time_text, times)) == [time.isoformat() for time in times]
