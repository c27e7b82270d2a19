"""SQLite's index is written in many segments, which are merged so that a search looks into few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from config.tasks import merge_search
from resources import search
from resources.models import Job, JobState
from tests.working import run_due

if TYPE_CHECKING:
    from tests.personas import Persona

TITLES = ["Dragon of dawn", "Dragon of dusk", "Moth", "불꽃 용"]


def segments() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(DISTINCT segid) FROM resources_search_idx")
        (count,) = cursor.fetchone()
    return int(count)


def found(persona: Persona, words: str) -> list[str]:
    return [card["title"] for card in persona.api.get("cards", search=words).json()["results"]]


@pytest.mark.embedded
def test_what_is_written_card_by_card_is_one_segment_after_a_merge(alice: Persona) -> None:
    for title in TITLES:
        alice.creates("cards", title=title, status="published")
    gone = alice.creates("cards", title="Dragon gone", status="published")
    assert alice.api.delete(f"cards/{gone['id']}").status_code == 204
    assert segments() > 1
    assert search.merge() > 0
    assert segments() == 1
    assert search.merge() == 0, "there is nothing left to do"
    assert found(alice, "dragon") == ["Dragon of dusk", "Dragon of dawn"]
    assert found(alice, "불꽃") == ["불꽃 용"]


def test_the_worker_merges_from_time_to_time(alice: Persona) -> None:
    alice.creates("cards", title="Moth", status="published")
    merge_search.enqueue()
    assert run_due(merge_search) == 1
    assert Job.objects.get(name="merge_search").state == JobState.DONE
    assert found(alice, "moth") == ["Moth"]
