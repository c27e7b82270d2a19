"""The number of published cards on a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.personas import Persona

pytestmark = pytest.mark.dialect


def count(persona: Persona) -> Any:
    return persona.api.get("users/me").json()["card_count"]


def test_a_profile_counts_published_cards(alice: Persona, moderator: Persona) -> None:
    first = alice.creates("cards", title="Dragon", status="published")
    draft = alice.creates("cards", title="Moth")
    assert count(alice) == 1
    alice.api.post(f"cards/{first['id']}/archive")
    assert count(alice) == 0
    for _ in range(2):
        alice.api.post(f"cards/{first['id']}/publish")
    assert count(alice) == 1
    alice.api.patch(f"cards/{first['id']}", {"visibility": "private"})
    assert count(alice) == 1
    alice.api.delete(f"cards/{draft['id']}")
    assert count(alice) == 1
    moderator.api.delete(f"cards/{first['id']}")
    assert count(alice) == 0


def test_a_deleted_card_takes_its_likes_and_versions_along(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    bob.api.put(f"cards/{card['id']}/like")
    bob.creates("posts", text="Look", card=card["id"])
    alice.api.delete(f"cards/{card['id']}")
    assert bob.api.get("card-likes").json()["results"] == []
    assert bob.api.get("card-versions").json()["results"] == []
    [post] = bob.api.get("posts").json()["results"]
    assert post["card"] is None
