"""Views and downloads: counted once for each viewer, written later, and nobody's edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import caches
from django.db import OperationalError

from cards.services import counting
from cards.services.counting import write_counts
from resources.models import Change

if TYPE_CHECKING:
    from cards.models import Card
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect


@pytest.fixture
def card(alice: Persona) -> Any:
    return alice.creates("cards", title="Dragon", status="published")


def looks(persona: Persona, card: Any, action: str = "view") -> int:
    status: int = persona.api.post(f"cards/{card['id']}/{action}").status_code
    return status


def counts(persona: Persona, card: Any) -> tuple[int, int]:
    seen = persona.api.get(f"cards/{card['id']}").json()
    return seen["view_count"], seen["download_count"]


def test_each_viewer_counts_once_and_one_update_tells_all(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, card: JsonObject
) -> None:
    before = alice.api.get(f"cards/{card['id']}")
    for viewer in (bob, carol, anonymous, bob, anonymous, alice):
        assert looks(viewer, card) == 204
    assert looks(bob, card, "download") == 204
    assert counts(alice, card) == (0, 0), "nothing is written yet"
    written = Change.objects.count()
    assert write_counts() == 1
    assert (counts(alice, card), Change.objects.count()) == ((3, 1), written + 1)
    assert write_counts() == 0
    looks(carol, card, "download")
    write_counts()
    assert counts(alice, card) == (3, 2)
    after = alice.api.get(f"cards/{card['id']}").json()
    assert after["updated_at"] == before.json()["updated_at"]
    tag = before.headers["ETag"]
    edited = alice.api.patch(f"cards/{card['id']}", {"title": "Wyvern"}, if_match=tag)
    assert edited.status_code == 200


def test_nobody_counts_what_they_cannot_see(alice: Persona, bob: Persona, card: JsonObject) -> None:
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    assert (looks(bob, card), looks(bob, {"id": "nowhere"})) == (404, 404)
    assert write_counts() == 0


def test_views_of_a_deleted_card_go_with_it(alice: Persona, bob: Persona, card: JsonObject) -> None:
    other = alice.creates("cards", title="Moth", status="published")
    looks(bob, card)
    looks(bob, other)
    alice.api.delete(f"cards/{card['id']}")
    write_counts()
    assert counts(alice, other) == (1, 0)


def test_views_are_kept_while_the_database_is_away(
    alice: Persona, bob: Persona, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks(bob, card)

    def fail(*_given: object) -> None:
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_add", fail)
        assert write_counts() == 0
    assert write_counts() == 1
    assert counts(alice, card) == (1, 0)


def test_a_viewer_counts_again_when_the_window_is_over(
    alice: Persona, bob: Persona, card: Card
) -> None:
    looks(bob, card)
    caches["viewers"].clear()
    looks(bob, card)
    write_counts()
    assert counts(alice, card) == (2, 0)
