"""What subscribers hear of changes: old state + events = fresh state, for everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest

from resources import changes, feed, registry
from resources.actors import SYSTEM
from resources.reading.reader import stream_query
from resources.streaming.audiences import Audience, Event, Verb, events_for
from resources.streaming.batches import batches
from tests.contract.examples import example_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource
    from tests.personas import Persona

RESOURCES = list(registry.all_resources())


def heard(persona: Persona, topic: str, since: int, asked: str = "") -> list[Event]:
    resource = registry.named(topic)
    assert resource is not None
    audience = Audience(resource, persona.actor, "list", stream_query(resource, asked))
    return [
        event
        for batch in batches(feed.changes_after(since))
        if batch.resource is resource
        for event in events_for(audience, batch)
    ]


def told(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.verb.value, str(event.record_id)) for event in events]


def test_a_public_card_is_heard_of_by_everyone_and_a_draft_by_its_creator(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    start = feed.head()
    card = alice.creates("cards", title="Dragon")
    for persona, expected in ((alice, [("create", card["id"])]), (bob, []), (anonymous, [])):
        assert told(heard(persona, "cards", start)) == expected
    published = feed.head()
    alice.api.post(f"cards/{card['id']}/publish")
    for persona, verb in ((alice, "update"), (bob, "enter"), (anonymous, "enter")):
        (event,) = heard(persona, "cards", published)
        assert told([event]) == [(verb, card["id"])]
        assert orjson.loads(event.document)["title"] == "Dragon"
    hidden = feed.head()
    alice.api.patch(f"cards/{card['id']}", {"visibility": "private"})
    for persona, verb in ((alice, "update"), (bob, "leave"), (anonymous, "leave")):
        (event,) = heard(persona, "cards", hidden)
        assert told([event]) == [(verb, card["id"])]
        assert bool(event.document) is (persona is alice)
    gone = feed.head()
    alice.api.delete(f"cards/{card['id']}")
    assert told(heard(alice, "cards", gone)) == [("delete", card["id"])]
    assert heard(bob, "cards", gone) == [], "nobody hears of what they could not see"


def test_a_row_enters_and_leaves_a_filter(alice: Persona, bob: Persona) -> None:
    card = alice.creates("cards", title="Dragon", rarity="rare", status="published")
    path, asked = f"cards/{card['id']}", 'filter=rarity="epic"'
    verbs = []
    for rarity in ("common", "epic", "epic", "rare"):
        start = feed.head()
        alice.api.patch(path, {"rarity": rarity, "description": str(start)})
        verbs.append([event.verb.value for event in heard(bob, "cards", start, asked)])
    assert verbs == [[], ["enter"], ["update"], ["leave"]]


def test_several_changes_of_a_row_are_one_event(alice: Persona, bob: Persona) -> None:
    start = feed.head()
    card = alice.creates("cards", title="One", status="published")
    for title in ("Two", "Three"):
        alice.api.patch(f"cards/{card['id']}", {"title": title})
    (event,) = heard(bob, "cards", start)
    assert (event.verb, orjson.loads(event.document)["title"]) == (Verb.CREATE, "Three")
    alice.api.delete(f"cards/{card['id']}")
    assert heard(bob, "cards", start) == [], "made and gone between two looks"


def test_a_late_reader_hears_of_the_past_as_it_was(alice: Persona, bob: Persona) -> None:
    """What has happened since the batch is undone before asking who could see the row then."""
    card = alice.creates("cards", title="Dragon", status="published", rarity="epic")
    start = feed.head()
    alice.api.patch(f"cards/{card['id']}", {"rarity": "rare"})
    read = [change for change in feed.changes_after(start) if change.resource == "cards"]
    alice.api.patch(f"cards/{card['id']}", {"rarity": "common"})
    alice.api.delete(f"cards/{card['id']}")
    (batch,) = batches(read)
    assert batch.past[UUID(card["id"])]["rarity"] == "epic"


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
@pytest.mark.parametrize("name", ["anonymous", "alice", "bob", "moderator"])
def test_old_state_and_events_are_the_fresh_state(
    resource: Resource, name: str, request: pytest.FixtureRequest, alice: Persona
) -> None:
    """The replay property, for every resource and persona, through a life of its rows."""
    persona: Persona = request.getfixturevalue(name)
    state = listed(persona, resource)
    for step in life(resource, alice):
        start = feed.head()
        step()
        for event in heard(persona, resource.name, start):
            if event.document:
                state[str(event.record_id)] = orjson.loads(event.document)
            else:
                del state[str(event.record_id)]
        assert state == listed(persona, resource)


def listed(persona: Persona, resource: Resource) -> dict[str, Any]:
    answer = persona.api.get(resource.name, limit="100")
    return {record["id"]: record for record in answer.json().get("results", ())}


def life(resource: Resource, alice: Persona) -> Iterator[Any]:
    """Give steps that make, change and delete rows, through the write door."""
    made: list[Any] = []
    yield lambda: made.append(example_row(resource, owner=alice))
    row = made[0]
    if row == alice.user:
        return  # who is signed out at the next step has no state to compare
    for column in ("status", "visibility", "state", "is_hidden", "is_active", "ended_at"):
        names = {field.name for field in row._meta.concrete_fields}
        if column in names:
            for value in values_of(row, column):
                fresh = type(row)._default_manager.get(pk=row.pk)
                yield lambda fresh=fresh, column=column, value=value: changes.update(
                    fresh, by=SYSTEM, **{column: value}
                )
    yield lambda: changes.delete(type(row)._default_manager.get(pk=row.pk), by=SYSTEM)


def values_of(row: Any, column: str) -> list[Any]:
    field = row._meta.get_field(column)
    if field.choices:
        return list(dict(field.flatchoices))
    return [True, False] if column.startswith("is_") else []
