"""What personas hear of changes, without a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources import feed, registry
from resources.visibility.audiences import Audience, Event, events_for
from resources.visibility.change_batch import ChangeBatch
from resources.visibility.queries import stream_query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.personas import Persona


def heard(persona: Persona, topic: str, since: int, asked: str = "") -> list[Event]:
    """Return what a persona hears of a list since a place in the feed."""
    resource = registry.named(topic)
    assert resource is not None
    audience = Audience(resource, persona.actor.kind, "list", stream_query(resource, asked))
    subscriber = audience.subscriber_id(persona.actor)
    events = events_for(audience, (subscriber,), ChangeBatch(feed.changes_after(since)))
    return list(events.get(subscriber) or ())


def told(events: Iterable[Event]) -> list[tuple[str, str]]:
    """Return what events say of which record."""
    return [(event.verb.value, str(event.record_id)) for event in events]
