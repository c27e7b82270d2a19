"""Sixty questions are answered alike on SQLite and PostgreSQL, however they were typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from unicodedata import normalize

import pytest

from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from tests.resources.search.questions import CARDS, table

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_sixty_questions_find_what_they_should(alice: Persona, form: Literal["NFC", "NFD"]) -> None:
    names = {normalize("NFC", title): name for name, title in CARDS.items()}
    for title in CARDS.values():
        changes.create(
            Card, by=SYSTEM, creator=alice.user, title=normalize(form, title), status="published"
        )
    asked = table()
    assert len(asked) >= 60
    wrong = {}
    for question, expected in asked:
        response = alice.api.get("cards", search=normalize(form, question))
        found = {names[card["title"]] for card in response.json()["results"]}
        if found != expected:
            wrong[question] = found
    assert wrong == {}
