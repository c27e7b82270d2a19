"""The members of the fault test, with the rows that they start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management import call_command

from cards.models import Card
from collections_app.models import Collection, CollectionCollaborator
from resources import changes
from resources.actors import SYSTEM
from tests.personas import Persona, new_member

if TYPE_CHECKING:
    from resources.json_text import JsonObject

CARDS_EACH = 4


def fill(count: int) -> JsonObject:
    """Make members with cards and a private binder each, and a moderator.

    Each member's binder is open to the next member. Gives ids, tokens and rows.
    """
    call_command("migrate", verbosity=0)
    personas = [new_member(f"member{number}") for number in range(count)]
    moderator = new_member("moderator", roles=["moderator"])
    members = [_member(persona) for persona in personas]
    for persona, friend in zip(personas, [*personas[1:], personas[0]], strict=True):
        _share_binder(persona, friend)
    return {"members": members, "moderator": {"id": moderator.id, "token": moderator.token}}


def _member(persona: Persona) -> JsonObject:
    cards = [
        changes.create(Card, by=SYSTEM, creator=persona.user, title=f"Card {number}", rarity="epic")
        for number in range(CARDS_EACH)
    ]
    return {"id": persona.id, "token": persona.token, "cards": [str(card.pk) for card in cards]}


def _share_binder(owner: Persona, friend: Persona) -> None:
    binder = changes.create(
        Collection, by=SYSTEM, owner=owner.user, title="Binder", visibility="private"
    )
    changes.create(CollectionCollaborator, by=SYSTEM, collection=binder, user=friend.user)
