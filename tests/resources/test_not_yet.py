"""What is right and not built yet: each test says so, and fails as soon as it is no longer true."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from django.conf import settings

from resources import changes
from resources.actors import SYSTEM
from templates_app.models import Template

if TYPE_CHECKING:
    from tests.personas import Persona

ON_POSTGRESQL = "postgresql" in settings.DATABASES["default"]["ENGINE"]
SEARCH = "search cuts texts into words as each database does, and not Korean words"
later = pytest.mark.xfail(reason=SEARCH, strict=True)
later_on_postgresql = pytest.mark.xfail(ON_POSTGRESQL, reason=SEARCH, strict=True)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        pytest.param("카드수집가", "수집가", marks=later),
        pytest.param("카드를 모으는 사람", "카드 사람", marks=later),
        pytest.param("카드수집가", normalize("NFD", "수집가"), marks=later),
        pytest.param("Fire/Water dragon", "Fire/Water dragon", marks=later_on_postgresql),
        pytest.param("Rules ver.2", "ver 2", marks=later_on_postgresql),
        pytest.param("A 3.5 inch disk", "3.5 inch", marks=later_on_postgresql),
        pytest.param("HP-120", "hp-120", marks=later_on_postgresql),
        # This is so already, and must stay so.
        ("카드 Éclair", normalize("NFD", "éclair")),
    ],
)
def test_a_search_finds_words_inside_words(alice: Persona, title: str, words: str) -> None:
    card = alice.creates("cards", title=title, status="published")
    found = alice.api.get("cards", search=words).json()["results"]
    assert [found_card["id"] for found_card in found] == [card["id"]]


@pytest.mark.xfail(reason="a template's default effects are not applied to cards", strict=True)
def test_a_card_gets_the_default_effects_of_its_template(alice: Persona) -> None:
    effects = {"preset": "holo"}
    template = changes.create(
        Template,
        by=SYSTEM,
        author=alice.user,
        title="Full Art",
        slots={},
        default_effects=effects,
        state="approved",
    )
    card = alice.creates("cards", title="Dragon", template=str(template.pk))
    assert card["effects"] == effects
