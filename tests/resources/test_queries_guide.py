"""Every example of docs/guide/queries.md, run on the cards that it tells of."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from cards.models import Card
from community.models import Post
from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect


GUIDE = (Path(settings.BASE_DIR) / "docs" / "guide" / "queries.md").read_text()
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


BLOCKS = [
    pytest.param(kind, text, id=f"{kind}-{text.partition('→')[0].strip()}")
    for kind, text in BLOCK.findall(GUIDE)
    if kind in ("filter", "query", "search", "sort", "expand")
]
REFUSED = [
    pytest.param(kind, question, id=question)
    for kind, text in BLOCK.findall(GUIDE)
    for question, _arrow, found in (line.partition("→") for line in text.splitlines())
    if found.strip().startswith("400")
]
HANGUL = re.compile("[가-힣]")


def examples(text: str) -> list[tuple[str, str]]:
    """Return the examples of a block: what is asked, and what is found."""
    lines = [line.partition("→") for line in text.strip().splitlines()]
    return [(question.strip(), found.strip()) for question, _arrow, found in lines]


@pytest.fixture
def names(alice: Persona) -> dict[str, str]:
    """Make the cards of the guide, and return the name of each by its id."""
    template = changes.create(
        Template, by=SYSTEM, author=alice.user, title="Full Art", slots={}, state="approved"
    )
    names = {}
    cards = json.loads(next(text for name, text in BLOCK.findall(GUIDE) if name == "json"))
    for values in cards:
        name, posts = values.pop("name"), values.pop("posts")
        values["template"] = template if values["template"] else None
        published = values["published_at"]
        values["published_at"] = published and datetime.fromisoformat(published)
        card = changes.create(Card, by=SYSTEM, creator=alice.user, status="published", **values)
        names[str(card.pk)] = name
        for post in posts:
            changes.create(Post, by=SYSTEM, author=alice.user, card=card, **post)
    return names


def answered(alice: Persona, names: dict[str, str], **parameters: str) -> list[str] | str:
    """Return the names of what is found in order, or `400` with the error's code."""
    response = alice.api.get("cards", **parameters)
    if response.status_code == 400:
        return f"400 {response.json()['errors'][0]['code']}"
    assert response.status_code == 200, response.content
    cards = response.json()["results"]
    if "expand" in parameters:
        return [f"{names[card['id']]}: {shown(card['expand'])}" for card in cards]
    return [names[card["id"]] for card in cards]


def shown(expanded: dict[str, JsonObject]) -> str:
    """Return the texts of expanded posts, and whether there are more."""
    [posts] = expanded.values()
    texts = ", ".join(post["text"] for post in posts["results"]) or "none"
    return f"{texts} and more" if posts["has_more"] else texts


def asked(kind: str, question: str) -> dict[str, str]:
    if kind == "query":
        name, _equals, value = question.partition("=")
        return {name: value}
    return {kind: question}


def expected(found: str, names: dict[str, str]) -> list[str] | str:
    if found.startswith("400"):
        return found
    if ": " in found:
        return found.split("; ")
    return {"all": sorted(names.values()), "none": []}.get(found, found.split(", "))


@pytest.mark.parametrize(("kind", "text"), BLOCKS)
def test_what_is_found_is_what_the_guide_says(
    alice: Persona, names: dict[str, str], kind: str, text: str
) -> None:
    for question, found in examples(text):
        answer = answered(alice, names, **asked(kind, question))
        right = expected(found, names)
        if isinstance(answer, list) and isinstance(right, list) and kind != "sort":
            answer, right = sorted(answer), sorted(right)
        assert answer == right, question


@pytest.mark.parametrize(("kind", "question"), REFUSED)
def test_each_refusal_of_the_guide_speaks_the_readers_language(
    anonymous: Persona, db: None, kind: str, question: str
) -> None:
    said = {}
    for language in ("en", "ko"):
        anonymous.api.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        [error] = anonymous.api.get("cards", **asked(kind, question.strip())).json()["errors"]
        said[language] = error["message"]
    assert HANGUL.search(said["ko"]), said
    assert not HANGUL.search(said["en"]), said


def test_the_guide_has_many_examples() -> None:
    assert sum(len(examples(text)) for kind, text in BLOCK.findall(GUIDE) if kind != "json") > 110
