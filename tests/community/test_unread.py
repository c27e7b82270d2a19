"""How much of a room its reader has not read: counted for each, on request and live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from community.models import Message, Room
from resources import changes, feed
from resources.actors import SYSTEM
from resources.rules.unread import MOST_UNREAD
from tests.resources.hearing import heard
from users.models import Mute

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

pytestmark = pytest.mark.dialect

ASKED = {"fields": "id,viewer"}


def unread(persona: Persona, room: JsonObject) -> Any:
    viewer = persona.api.get(f"rooms/{room['id']}", **ASKED).json()["viewer"]
    return viewer and viewer["unread_count"]


def says(persona: Persona, room: JsonObject, body: str = "Hello") -> Any:
    return persona.creates("messages", room=room["id"], body=body)


def reads(persona: Persona, room: JsonObject, **sent: Any) -> Any:
    answer = persona.api.put(f"rooms/{room['id']}/read?fields=viewer", sent)
    assert answer.status_code == 200, answer.content
    return answer.json()["viewer"]["unread_count"]


def test_each_reader_has_a_count_of_their_own(
    alice: Persona, bob: Persona, carol: Persona, anonymous: Persona, moderator: Persona
) -> None:
    room = alice.creates("rooms", title="Foil")
    assert (unread(bob, room), reads(bob, room), reads(carol, room)) == (0, 0, 0)
    said = [says(who, room) for who in (alice, carol, bob, alice)]
    assert [unread(who, room) for who in (alice, bob, carol, anonymous)] == [0, 3, 3, None]
    assert reads(bob, room, message=said[1]["id"]) == 1
    assert reads(bob, room) == 0
    assert reads(bob, room, message=said[0]["id"]) == 2, "and back again"
    moderator.api.delete(f"messages/{said[1]['id']}")
    assert unread(bob, room) == 1
    alice.api.put(f"messages/{said[3]['id']}/hide")
    assert unread(bob, room) == 0
    alice.api.delete(f"messages/{said[3]['id']}/hide")
    changes.create(Mute, by=SYSTEM, muter=bob.user, muted=alice.user)
    assert unread(bob, room) == 0, "as a list of the messages shows them"
    [listed] = carol.api.get("rooms", fields="viewer.unread_count").json()["results"]
    assert listed == {"viewer": {"unread_count": unread(carol, room)}}
    [mark] = bob.api.get("room-reads").json()["results"]
    assert mark["read_at"] == said[0]["created_at"]
    assert bob.api.delete(f"rooms/{room['id']}/read").status_code == 200
    assert bob.api.get("room-reads").json()["results"] == []


def test_who_is_invited_finds_what_was_said_since(alice: Persona, bob: Persona) -> None:
    room = alice.creates("rooms", title="Secret", is_private=True)
    says(alice, room)
    alice.creates("room-members", room=room["id"], user=bob.id)
    says(alice, room)
    assert unread(bob, room) == 1


def test_a_mark_stands_at_a_message_of_the_room(alice: Persona, anonymous: Persona) -> None:
    room, other = (alice.creates("rooms", title=title) for title in ("Foil", "Gold"))
    elsewhere = says(alice, other)
    refused = alice.api.put(f"rooms/{room['id']}/read", {"message": elsewhere["id"]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "other_room")
    assert anonymous.api.put(f"rooms/{room['id']}/read").status_code == 401


def test_a_hundred_unread_messages_stand_for_many(alice: Persona, bob: Persona) -> None:
    room = alice.creates("rooms", title="Foil")
    reads(bob, room)
    here = Room.objects.get()
    rows = [Message(room=here, author=alice.user, body="Hm") for _each in range(MOST_UNREAD + 5)]
    changes.create_many(rows, by=SYSTEM)
    assert unread(bob, room) == MOST_UNREAD


def test_listeners_hear_their_count_with_each_message(
    alice: Persona, bob: Persona, carol: Persona
) -> None:
    room = alice.creates("rooms", title="Foil")
    since = feed.head()
    reads(bob, room)
    says(alice, room)
    says(carol, room)

    def count(persona: Persona) -> Any:
        told = heard(persona, "rooms", since, "fields=viewer.unread_count")[-1]
        return json.loads(told.document)["viewer"]["unread_count"]

    assert [count(who) for who in (alice, bob, carol)] == [0, 2, 0]
    assert [len(heard(who, "room-reads", since)) for who in (bob, carol)] == [1, 0]
