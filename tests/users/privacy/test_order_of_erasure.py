"""Rows that hold each other back are deleted in the order in which they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import ProtectedError

from cards.models import Card
from community.models import Post
from resources import changes, erasure, registry
from resources.actors import SYSTEM

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.fixture
def alice(alice: Persona) -> Persona:
    """Create a hidden post of alice about a private card."""
    card = alice.creates("cards", title="Dragon", visibility="private")
    post = alice.creates("posts", text="Look", card=card["id"])
    changes.update(Post.objects.get(pk=post["id"]), by=SYSTEM, is_hidden=True)
    return alice


def hold_back(monkeypatch: pytest.MonkeyPatch, *, while_there: type[Any]) -> list[object]:
    """Let cards not be deleted before other rows; returns the tries."""
    tries: list[Any] = []

    def delete_card(card: Card, *, by: Any) -> None:
        tries.append(card.pk)
        changes.update(card, by=by, title="half deleted")
        if while_there.objects.exists():
            raise ProtectedError("something points here", set())
        changes.delete(card, by=by)

    cards = type(registry.resource_of(Card))
    monkeypatch.setattr(cards, "deletes", staticmethod(delete_card))
    return tries


def test_what_is_held_back_is_deleted_after_what_holds_it(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = hold_back(monkeypatch, while_there=Post)
    assert alice.user is not None
    erasure.delete_private_rows(alice.user, by=SYSTEM)
    assert len(tries) == 2
    assert not Card.objects.exists()


def test_what_is_held_back_for_good_fails_and_is_left_whole(
    alice: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold_back(monkeypatch, while_there=Card)
    assert alice.user is not None
    with pytest.raises(ProtectedError):
        erasure.delete_private_rows(alice.user, by=SYSTEM)
    assert Card.objects.get().title == "Dragon"
