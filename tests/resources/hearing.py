"""What personas hear of changes, without a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources import feed, registry
from resources.streaming.audiences import Audience, Event, events_for
from resources.streaming.questions import stream_query
from resources.streaming.stretches import Stretch

if TYPE_CHECKING:
    from tests.personas import Persona


def heard(persona: Persona, topic: str, since: int, asked: str = "") -> list[Event]:
    """Give what a persona hears of a list since a place in the feed."""
    resource = registry.named(topic)
    assert resource is not None
    audience = Audience(resource, persona.actor.kind, "list", stream_query(resource, asked))
    asker = audience.asker(persona.actor)
    events = events_for(audience, (asker,), Stretch(feed.changes_after(since)))
    return list(events.get(asker, ()))


def told(events: list[Event]) -> list[tuple[str, str]]:
    """Give what events say of which record."""
    return [(event.verb.value, str(event.record_id)) for event in events]
