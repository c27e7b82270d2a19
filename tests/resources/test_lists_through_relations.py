"""What is seen through a relation is listed only with its target, or for who names the target."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from realtime.topics import audience_of
from resources import feed
from resources.query.filters.parser import parse
from resources.query.filters.pins import pinned_relations
from resources.visibility.audiences import events_for
from resources.visibility.change_batch import ChangeBatch
from tests.architecture.sources import all_sources
from tests.resources.hearing import told

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona


def ids(persona: Persona, resource: str, **asked: str) -> set[str]:
    response = persona.api.get(resource, limit="100", **asked)
    assert response.status_code == 200, response.content
    return {record["id"] for record in response.json()["results"]}


def hears(persona: Persona, topic: str, since: int, **asked: str) -> list[tuple[str, str]]:
    audience = audience_of(topic, persona.actor, asked)
    subscriber = audience.subscriber_id(persona.actor)
    events = events_for(audience, (subscriber,), ChangeBatch(feed.changes_after(since)))
    return told(events.get(subscriber) or ())


@pytest.fixture
def unlisted(alice: Persona) -> object:
    return alice.creates("cards", title="Dragon", status="published", visibility="unlisted")


@pytest.fixture
def binder(alice: Persona) -> Any:
    return alice.creates("collections", title="Mine", visibility="unlisted")


@pytest.fixture
def behind(alice: Persona, bob: Persona, unlisted: Any, binder: Any) -> dict[str, tuple[str, str]]:
    """Return, by resource, the relation to what is not listed and the record it is pinned by."""
    alice.creates("collection-items", collection=binder["id"], card=unlisted["id"])
    room = bob.creates("rooms", title="About it", card=unlisted["id"])
    bob.creates("room-members", room=room["id"], user=alice.id)
    bob.creates("messages", room=room["id"], body="Hello")
    return {
        "card-versions": ("card", unlisted["id"]),
        "collection-items": ("collection", binder["id"]),
        "rooms": ("card", unlisted["id"]),
        "room-members": ("room", room["id"]),
        "messages": ("room", room["id"]),
    }


def test_a_stranger_cannot_list_what_belongs_to_unlisted_records(
    carol: Persona, anonymous: Persona, behind: dict[str, tuple[str, str]]
) -> None:
    for stranger in (carol, anonymous):
        for resource, (relation, key) in behind.items():
            assert ids(stranger, resource) == set(), resource
            counted = stranger.api.get(resource, count="exact").json()["count"]
            assert counted == 0, resource
            others = f'{relation}!="{key}" || {relation}="{key}"'
            for widened in (f'{relation}="{key}" || id!=""', f'{relation}!=""', others):
                assert ids(stranger, resource, filter=widened) == set(), (resource, widened)
            several = {f"{relation}__in": f"{key},{key}"}
            assert ids(stranger, resource, **several) == set(), resource


def test_who_knows_the_address_of_a_record_can_list_what_belongs_to_it(
    carol: Persona, anonymous: Persona, behind: dict[str, tuple[str, str]]
) -> None:
    for stranger in (carol, anonymous):
        for resource, (relation, key) in behind.items():
            for asked in (
                {relation: key},
                {"filter": f'{relation}="{key}"'},
                {"filter": f'"{key}" = {relation} && (id!="" || id="")'},
                {"filter": f'{relation}.id="{key}"'},
            ):
                assert len(ids(stranger, resource, **asked)) == 1, (resource, asked)
            counted = stranger.api.get(resource, count="exact", **{relation: key}).json()["count"]
            assert counted == 1, resource


def test_an_address_opens_nothing_that_may_not_be_viewed(
    alice: Persona, carol: Persona, unlisted: Any, binder: Any, behind: dict[str, tuple[str, str]]
) -> None:
    alice.api.patch(f"cards/{unlisted['id']}", {"visibility": "private"})
    alice.api.patch(f"collections/{binder['id']}", {"visibility": "private"})
    for resource, (relation, key) in behind.items():
        assert ids(carol, resource, **{relation: key}) == set(), resource


def test_those_who_are_in_a_room_find_it_though_its_card_is_not_listed(
    alice: Persona, bob: Persona, carol: Persona, behind: dict[str, tuple[str, str]]
) -> None:
    room = behind["messages"][1]
    assert ids(alice, "rooms") == ids(bob, "rooms") == {room}
    assert len(ids(bob, "messages")) == 1
    assert ids(carol, "rooms") == set()


def test_a_stranger_hears_only_of_what_is_listed_or_asked_for_by_name(
    alice: Persona, carol: Persona, unlisted: Any, binder: Any
) -> None:
    start = feed.head()
    item = alice.creates("collection-items", collection=binder["id"], card=unlisted["id"])
    alice.api.patch(f"cards/{unlisted['id']}", {"title": "Wyvern"})
    for topic in ("card-versions", "collection-items"):
        assert hears(carol, topic, start) == []
    by_name = f'collection="{binder["id"]}"'
    assert hears(carol, "collection-items", start, filter=by_name) == [("create", item["id"])]
    owned = f"collections/{binder['id']}/collection-items"
    assert hears(carol, owned, start) == [("create", item["id"])]
    assert hears(carol, f"collection-items/{item['id']}", start) == [("create", item["id"])]


def test_items_come_into_the_list_with_their_collection_and_go_with_it(
    alice: Persona, carol: Persona, unlisted: Any, binder: Any
) -> None:
    item = alice.creates("collection-items", collection=binder["id"], card=unlisted["id"])["id"]
    owned = f"collections/{binder['id']}/collection-items"
    start = feed.head()
    alice.api.patch(f"collections/{binder['id']}", {"visibility": "public"})
    assert hears(carol, "collection-items", start) == [("enter", item)]
    assert hears(carol, owned, start) == []
    start = feed.head()
    alice.api.patch(f"collections/{binder['id']}", {"visibility": "unlisted"})
    assert hears(carol, "collection-items", start) == [("leave", item)]
    assert hears(carol, owned, start) == []


def test_a_filter_looks_back_only_at_what_is_listed(
    alice: Persona, carol: Persona, binder: JsonObject
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")["id"]
    alice.creates("collection-items", collection=binder["id"], card=card, section="secret")
    asked = 'collection_items_via_card.section?="secret"'
    assert ids(carol, "cards", filter=asked) == set()
    alice.api.patch(f"collections/{binder['id']}", {"visibility": "public"})
    assert ids(carol, "cards", filter=asked) == {card}


@pytest.mark.parametrize(
    ("expression", "pinned"),
    [
        ('card="x"', {"card"}),
        ('card?="x"', {"card"}),
        ('"x"=card && number>1', {"card"}),
        ('(card.id="x")', {"card"}),
        ('card="x" || card="y"', set()),
        ('card!="x"', set()),
        ('card~"x"', set()),
        ('card=""', set()),
        ("card=null", set()),
        ('card:lower="x"', set()),
        ('card.title="x"', set()),
        ("card=id", set()),
    ],
)
def test_only_one_named_record_pins_a_relation(expression: str, pinned: set[str]) -> None:
    assert pinned_relations(parse(expression)) == pinned


def test_nothing_asks_a_declared_list_rule_as_if_relations_were_pinned() -> None:
    """`rule("list")` and `list_rule(pinned)` do; `is_closed` asks whether anything is listed."""
    asked = re.compile(r"\.list\.\w+")
    found = {
        source.name: asked.findall(source.text)
        for source in all_sources()
        if not source.name.startswith("tests/") and asked.search(source.text)
    }
    assert found == {"resources/declaration.py": [".list.for_list"]}
