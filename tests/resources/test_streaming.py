"""What subscribers hear of changes: old state + events = fresh state, for everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest

from cards.models import Card
from resources import changes, feed, registry
from resources.actors import ANONYMOUS, SYSTEM, Actor
from resources.ids import new_id
from resources.visibility.audiences import Audience, Verb, events_for
from resources.visibility.change_batch import ChangeBatch
from resources.visibility.feed_cursor import UNREADABLE, read_feed_cursor
from resources.visibility.queries import stream_query
from tests.contract.examples import example_row
from tests.resources.hearing import heard, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.declaration import Resource
    from resources.json_text import JsonObject
    from tests.personas import Persona

RESOURCES = list(registry.all_resources())


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
    (event,) = heard(bob, "cards", start)
    assert event.verb == Verb.DELETE, "who fetched the list in between has it"


def test_what_could_be_seen_only_in_between_is_taken_back(alice: Persona, bob: Persona) -> None:
    """A list that was fetched between two changes may show what neither before nor after does."""
    card = alice.creates("cards", title="Dragon")
    start = feed.head()
    alice.api.post(f"cards/{card['id']}/publish")
    alice.api.post(f"cards/{card['id']}/archive")
    assert told(heard(bob, "cards", start)) == [("leave", card["id"])]
    assert told(heard(alice, "cards", start)) == [("update", card["id"])]


def test_who_is_cut_off_between_merged_events_misses_nothing_and_hears_nothing_twice(
    alice: Persona, bob: Persona
) -> None:
    often, once = (alice.creates("cards", title=t, status="published") for t in ("Often", "Once"))
    start = feed.head()
    alice.api.patch(f"cards/{often['id']}", {"visibility": "private"})
    alice.api.patch(f"cards/{once['id']}", {"description": "Changed"})
    alice.api.patch(f"cards/{often['id']}", {"description": "Changed out of sight"})
    first, second = heard(bob, "cards", start)
    assert told([first, second]) == [("update", once["id"]), ("leave", often["id"])]
    cursor = read_feed_cursor(str(first.cursor))
    assert cursor == first.cursor
    again = heard(bob, "cards", first.cursor.position)
    assert [event for event in again if event.position > first.cursor.told] == [second]
    assert second.cursor.position == second.position


@pytest.mark.parametrize("text", ["x", "-1", "~1", "1~", "1~x", "٣", "9" * 50])
def test_text_that_is_no_cursor_is_nowhere_in_the_log(text: str) -> None:
    assert read_feed_cursor(text) == UNREADABLE
    assert read_feed_cursor("") is None


def test_a_late_reader_hears_of_the_past_as_it_was(alice: Persona, bob: Persona) -> None:
    """What has happened since the batch is undone before asking who could see the row then."""
    card = alice.creates("cards", title="Dragon", status="published", rarity="epic")
    start = feed.head()
    alice.api.patch(f"cards/{card['id']}", {"rarity": "rare"})
    read = [change for change in feed.changes_after(start) if change.resource == "cards"]
    alice.api.patch(f"cards/{card['id']}", {"rarity": "common"})
    alice.api.delete(f"cards/{card['id']}")
    before = ChangeBatch(read).before_images(registry.resource_of(Card))
    assert before.earliest[UUID(card["id"])]["rarity"] == "epic"


def test_any_number_of_members_is_asked_about_at_once(
    alice: Persona, bob: Persona, django_assert_num_queries: Any
) -> None:
    cards = registry.resource_of(Card)
    audience = Audience(cards, alice.actor.kind, "list", stream_query(cards, "expand=creator"))
    start = feed.head()
    shown = alice.creates("cards", title="Shown", status="published")
    draft = alice.creates("cards", title="Draft")
    batch = ChangeBatch(feed.changes_after(start))
    owner, others = alice.actor.id, [bob.actor.id, *(new_id() for _number in range(500))]
    with django_assert_num_queries(1):
        heard_by = events_for(audience, (owner, *others), batch)
    assert told(heard_by[owner] or ()) == [
        ("create", shown["id"]),
        ("create", draft["id"]),
    ]
    for other in others:
        assert told(heard_by[other] or ()) == [("create", shown["id"])]


def test_who_is_shown_the_same_is_one_audience(alice: Persona, bob: Persona) -> None:
    templates = registry.named("template-versions")
    assert templates
    audience = Audience(templates, alice.actor.kind, "list", stream_query(templates, ""))
    assert audience.subscriber_id(alice.actor) == alice.actor.id, "the rule speaks of the author"
    anyone = Audience(templates, ANONYMOUS.kind, "list", stream_query(templates, ""))
    assert anyone.subscriber_id(ANONYMOUS) is None
    operator = Actor(alice.actor.id, roles=frozenset({"moderator"}))
    sanctions = registry.named("sanctions")
    assert sanctions
    audience = Audience(sanctions, operator.kind, "list", stream_query(sanctions, ""))
    assert audience.subscriber_id(operator) is None, "moderators see every sanction"
    audience = Audience(sanctions, alice.actor.kind, "list", stream_query(sanctions, ""))
    assert audience.subscriber_id(alice.actor) == alice.actor.id, "members see their own"


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


def listed(persona: Persona, resource: Resource) -> JsonObject:
    answer = persona.api.get(resource.name, limit="100")
    return {record["id"]: record for record in answer.json().get("results", ())}


def life(resource: Resource, alice: Persona) -> Iterator[Any]:
    """Yield steps that make, change and delete rows, through the write door."""
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
