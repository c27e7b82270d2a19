"""Versions made before they remembered who could see them stay private unless the log knows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import apps

from cards.models import CardVersion
from resources import changes
from resources.actors import SYSTEM
from resources.models import Change

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

migration: Any = import_module("cards.migrations.0006_version_visibility")


def judged(card: JsonObject) -> list[str]:
    """Return what the migration finds of a card's versions, in order."""
    versions = list(CardVersion.objects.filter(card=card["id"]).order_by("number"))
    for version in versions:
        changes.update(version, by=SYSTEM, visibility="private")
    migration._judge(Change.objects.order_by("id"), versions)
    return [version.visibility for version in versions]


def test_versions_of_a_card_that_was_always_public_are_public(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"})
    assert judged(card) == ["public", "public"]
    migration.from_the_log(apps, None)
    kept = CardVersion.objects.filter(card=card["id"])
    assert {version.visibility for version in kept} == {"public"}
    for version in kept:  # the log is to tell the state
        CardVersion.objects.filter(pk=version.pk).update(visibility="private")


def test_versions_made_before_a_card_came_out_stay_private(alice: Persona) -> None:
    card = alice.creates("cards", title="Secret", status="published", visibility="private")
    alice.api.patch(f"cards/{card['id']}", {"title": "Dragon", "visibility": "public"})
    alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"})
    assert judged(card) == ["private", "public", "public"]


def test_versions_that_the_log_has_forgotten_stay_private(alice: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    versions = list(CardVersion.objects.filter(card=card["id"]))
    for version in versions:
        version.visibility = "private"
    migration._judge(Change.objects.none(), versions)
    assert [version.visibility for version in versions] == ["private"]
