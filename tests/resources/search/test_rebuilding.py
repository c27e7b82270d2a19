"""The full-text index can be made anew, and comes along when an older database is brought up."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from cards.models import Card
from resources.models import SearchEntry
from resources.search.index import index_many
from resources.search.matching import entries_matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.personas import Persona

BEFORE = ("resources", "0004_assigned_position")
STEPS = (
    "0005_search_terms",
    "0008_contentless_search",
    "0009_search_partitions",
    "0010_search_by_age",
    "0011_search_merges",
    "0012_title_terms",
)


def found(persona: Persona, question: str) -> list[str]:
    page = persona.api.get("cards", search=question).json()
    return sorted(card["title"] for card in page["results"])


@contextmanager
def words_in_the_index() -> Iterator[Any]:
    """Undo the migrations of the index, and yield the model of before; then migrate again."""
    loader = MigrationLoader(connection, replace_migrations=False)
    steps = [loader.disk_migrations["resources", name] for name in STEPS]
    before = loader.project_state(BEFORE)
    with connection.schema_editor() as editor:
        for step in reversed(steps):
            step.unapply(before.clone(), editor)
    try:
        yield before.apps.get_model("resources", "SearchEntry")
    finally:
        state = before.clone()
        with connection.schema_editor() as editor:
            for step in steps:
                state = step.apply(state, editor)


def test_the_index_is_rebuilt_from_the_records(alice: Persona) -> None:
    alice.creates("cards", title="카드수집가", status="published")
    SearchEntry.objects.all().delete()
    gone = Card(title="Dragon")
    index_many([gone])
    assert len(entries_matching("dragon")) == 1
    assert found(alice, "수집") == []
    call_command("rebuild_search")
    assert found(alice, "수집") == ["카드수집가"]
    assert list(entries_matching("dragon")) == []
    assert SearchEntry.objects.filter(resource="cards").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_from_before_is_searched_by_terms(alice: Persona) -> None:
    texts = {"title": "카드수집가", "description": "Fire/Water"}
    card = alice.creates("cards", **texts, status="published")
    with words_in_the_index() as old_entry:
        old_entry.objects.update(title="카드수집가", body="Fire/Water")
    assert found(alice, "수집") == found(alice, "water fire") == ["카드수집가"]
    alice.api.patch(f"cards/{card['id']}", {"title": "Dragon"})
    assert found(alice, "수집") == []
    assert found(alice, "dragon") == ["Dragon"]
