"""The full-text index can be made anew, and comes along when an older database is brought up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cards.models import Card
from resources.models import SearchEntry
from resources.search.index import index_many
from resources.search.matching import entries_matching

if TYPE_CHECKING:
    from tests.personas import Persona

BEFORE = [("resources", "0004_assigned_position")]


def found(persona: Persona, question: str) -> list[str]:
    page = persona.api.get("cards", search=question).json()
    return sorted(card["title"] for card in page["results"])


def migrate(targets: list[tuple[str, str]]) -> MigrationExecutor:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    executor.loader.build_graph()
    return executor


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
    alice.creates("cards", title="카드수집가", description="Fire/Water", status="published")
    now = MigrationExecutor(connection).loader.graph.leaf_nodes("resources")
    apps = migrate(BEFORE).loader.project_state(BEFORE).apps
    try:
        entry = apps.get_model("resources", "SearchEntry").objects.get(resource="cards")
        entry.title, entry.body = "카드수집가", "Fire/Water"
        entry.save()
    finally:
        migrate(now)
    assert found(alice, "수집") == found(alice, "water fire") == ["카드수집가"]
