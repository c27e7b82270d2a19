"""The log is kept as fully and as long as it is said to be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.utils import timezone

from resources import feed
from resources.models import Change
from resources.retention import fold_old_changes, forget_old_changes

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona


def ages(days: int) -> None:
    """Let everything in the log have been made some days earlier."""
    for change in Change.objects.all():
        Change.objects.filter(pk=change.pk).update(at=change.at - timedelta(days=days))


def history(card: JsonObject) -> list[tuple[str, JsonObject, JsonObject]]:
    own = feed.committed_since(0).filter(record_id=UUID(card["id"]))
    titles = {"title"}
    return [
        (
            change.action,
            {name: change.before[name] for name in titles & change.before.keys()},
            {name: change.after[name] for name in titles & change.after.keys()},
        )
        for change in own
    ]


def renamed(persona: Persona, card: JsonObject, *titles: str) -> None:
    for title in titles:
        persona.api.patch(f"cards/{card['id']}", {"title": title})


@pytest.mark.unlogged
def test_steps_that_one_actor_made_in_a_row_are_folded_once_they_are_old(
    alice: Persona, moderator: Persona
) -> None:
    card = alice.creates("cards", title="One", status="published")
    renamed(alice, card, "Two", "Three")
    moderator.api.post(f"cards/{card['id']}/archive")
    renamed(alice, card, "Four", "Five")
    every = history(card)
    assert fold_old_changes() == 0, "what is new stays as it is"
    assert history(card) == every
    ages(31)
    assert fold_old_changes() > 0
    assert [step for step in history(card) if step[1]] == [
        ("update", {"title": "One"}, {"title": "Three"}),
        ("update", {"title": "Three"}, {"title": "Five"}),
    ]
    assert fold_old_changes() == 0


@pytest.mark.unlogged
def test_who_resumes_from_before_that_starts_anew(alice: Persona) -> None:
    card = alice.creates("cards", title="One")
    ages(31)
    folded = feed.head()
    renamed(alice, card, "Two")
    assert not feed.reaches_back_to(folded - 1)
    assert feed.reaches_back_to(folded)
    assert feed.reaches_back_to(feed.head())


@pytest.mark.unlogged
def test_old_changes_are_deleted_where_that_is_set_and_the_newest_stays(
    alice: Persona, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resources.retention.AT_ONCE", 2)
    card = alice.creates("cards", title="One")
    renamed(alice, card, "Two", "Three")
    start, head = 0, feed.head()
    ages(400)
    assert forget_old_changes() == 0
    settings.CHANGES_KEPT_DAYS = 365
    assert forget_old_changes() > 3
    assert feed.head() == head
    assert not feed.reaches_back_to(start)
    assert Change.objects.filter(at__lt=timezone.now() - timedelta(days=365)).count() == 1
    renamed(alice, card, "Four")
    assert feed.head() == head + 1
