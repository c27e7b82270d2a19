"""Chat: what is said in rooms, who reads it, and who keeps order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.actors import SYSTEM
from tests.client import Browser
from tests.personas import new_member
from users.services.sanctions import impose_sanction

if TYPE_CHECKING:
    from resources.json_text import JsonObject
    from tests.personas import Persona

HISTORY = 107


@pytest.fixture
def room(alice: Persona) -> Any:
    return alice.creates("rooms", title="Dragons")


@pytest.fixture
def private(alice: Persona, bob: Persona) -> Any:
    opened = alice.creates("rooms", title="Secret", is_private=True)
    alice.creates("room-members", room=opened["id"], user=bob.id)
    return opened


def says(persona: Persona, room: Any, body: str = "Hi", **values: Any) -> Any:
    return persona.creates("messages", room=room["id"], body=body, **values)


def tries(persona: Persona, room: Any, **values: Any) -> tuple[int, Any]:
    answer = persona.api.post("messages", {"room": room["id"], "body": "Hi", **values})
    return answer.status_code, answer.json()


def bodies(persona: Persona, room: Any, **asked: str) -> list[str]:
    listed = persona.api.get("messages", room=room["id"], **asked).json()["results"]
    return [message["body"] for message in listed]


def now(persona: Persona, room: Any) -> Any:
    return persona.api.get(f"rooms/{room['id']}").json()


def test_what_is_said_is_kept_counted_and_found(
    alice: Persona, bob: Persona, anonymous: Persona, room: JsonObject
) -> None:
    assert (room["creator"], room["message_count"], room["is_closed"]) == (alice.id, 0, False)
    first = says(bob, room, "Does foil help?")
    reply = says(alice, room, "Always", reply_to=first["id"])
    assert (first["author"], reply["reply_to"]) == (bob.id, first["id"])
    assert bodies(anonymous, room) == ["Always", "Does foil help?"]
    assert bodies(anonymous, room, author=bob.id) == ["Does foil help?"]
    assert bodies(anonymous, room, search="foil") == ["Does foil help?"]
    assert bodies(anonymous, room, created_at__gt=first["created_at"]) == ["Always"]
    [shown] = bob.api.get("messages", author=alice.id, expand="reply_to.author").json()["results"]
    assert shown["expand"]["reply_to"]["expand"]["author"]["username"] == "bob"
    seen = now(anonymous, room)
    assert (seen["message_count"], seen["last_message_at"]) == (2, reply["created_at"])


def test_the_liveliest_room_comes_first(alice: Persona, bob: Persona, room: JsonObject) -> None:
    other = alice.creates("rooms", title="Foils")

    def listed() -> list[str]:
        return [found["title"] for found in bob.api.get("rooms").json()["results"]]

    assert listed() == ["Foils", "Dragons"]
    says(bob, room)
    assert listed() == ["Dragons", "Foils"]
    says(bob, other)
    assert listed() == ["Foils", "Dragons"]


def test_a_reader_can_page_back_through_everything_while_others_go_on(
    alice: Persona, bob: Persona, room: JsonObject
) -> None:
    for number in range(HISTORY):
        says(alice, room, str(number))
    page = bob.api.get("messages", room=room["id"], limit="10", fields="body").json()
    read = [message["body"] for message in page["results"]]
    while page["next"]:
        says(alice, room, "later")
        page = bob.api.client.get(page["next"]).json()
        read += [message["body"] for message in page["results"]]
    assert read == [str(number) for number in reversed(range(HISTORY))]
    assert now(bob, room)["message_count"] == HISTORY + 10


def test_a_reply_stays_in_its_room(alice: Persona, bob: Persona, room: JsonObject) -> None:
    elsewhere = says(alice, alice.creates("rooms", title="Other"))
    status, problem = tries(bob, room, reply_to=elsewhere["id"])
    error = problem["errors"][0]
    assert (status, error["field"], error["code"]) == (400, "reply_to", "other_room")
    assert now(bob, room)["message_count"] == 0


def test_only_its_author_can_edit_a_message(
    alice: Persona, bob: Persona, moderator: Persona, room: JsonObject
) -> None:
    said = says(bob, room, "Frist")
    path = f"messages/{said['id']}"
    assert said["edited_at"] is None
    assert bob.api.patch(path, {"body": "Frist"}).json()["edited_at"] is None
    edited = bob.api.patch(path, {"body": "First"}).json()
    assert (edited["body"], edited["edited_at"] > said["created_at"]) == ("First", True)
    for other in (alice, moderator):
        assert other.api.patch(path, {"body": "x"}).status_code == 403
    for set_by_the_server in ("room", "edited_at", "is_hidden"):
        refused = bob.api.patch(path, {set_by_the_server: None})
        assert refused.json()["errors"][0]["code"] == "unknown_field"
    for nothing in ("", "   ", "x" * 4001):
        assert tries(bob, room, body=nothing)[1]["errors"][0]["field"] == "body"


def test_a_message_is_deleted_by_its_author_the_rooms_creator_or_a_moderator(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, room: JsonObject
) -> None:
    first, second, third = (says(bob, room, body) for body in ("one", "two", "three"))
    reply = says(carol, room, "to three", reply_to=third["id"])
    assert carol.api.delete(f"messages/{first['id']}").status_code == 403
    for said, who in ((first, bob), (second, alice), (third, moderator)):
        assert who.api.delete(f"messages/{said['id']}").status_code == 204
    assert carol.api.get(f"messages/{reply['id']}").json()["reply_to"] is None
    assert now(bob, room)["message_count"] == 1
    assert now(bob, room)["last_message_at"] == reply["created_at"]
    carol.api.delete(f"messages/{reply['id']}")
    emptied = now(bob, room)
    assert (emptied["message_count"], emptied["last_message_at"]) == (0, room["created_at"])


def test_a_closed_room_takes_no_more_messages(
    alice: Persona, bob: Persona, moderator: Persona, room: JsonObject
) -> None:
    path = f"rooms/{room['id']}/close"
    says(bob, room)
    assert bob.api.put(path).status_code == 403
    assert moderator.api.put(path).json()["is_closed"] is True
    for who in (alice, bob):
        status, problem = tries(who, room)
        assert (status, problem["code"]) == (409, "room_closed")
    assert bodies(bob, room) == ["Hi"]
    assert alice.api.delete(path).json()["is_closed"] is False
    assert tries(bob, room)[0] == 201


def test_who_is_silenced_or_not_verified_can_only_read(
    bob: Persona, anonymous: Persona, room: JsonObject
) -> None:
    says(bob, room, "Noise")
    assert bob.user is not None
    impose_sanction(by=SYSTEM, user=bob.user, kind="silence", reason="Noise.")
    new = new_member("newcomer", is_verified=False)
    for who, status in ((bob, 403), (new, 403), (anonymous, 401)):
        assert tries(who, room)[0] == status
        assert who.api.post("rooms", {"title": "Mine"}).status_code == status
        assert bodies(who, room) == ["Noise"]


def test_a_private_room_is_not_there_for_strangers(
    alice: Persona, bob: Persona, carol: Persona, moderator: Persona, private: Any
) -> None:
    said = says(bob, private, "Between us")
    [member] = bob.api.get("room-members", room=private["id"]).json()["results"]
    hidden = [f"rooms/{private['id']}", f"messages/{said['id']}", f"room-members/{member['id']}"]
    for stranger in (carol, moderator):
        assert [stranger.api.get(path).status_code for path in hidden] == [404] * 3
        assert bodies(stranger, private) == []
        assert stranger.api.get("rooms").json()["results"] == []
        status, problem = tries(stranger, private)
        assert (status, problem["errors"][0]["field"]) == (400, "room")
    for insider in (alice, bob):
        assert bodies(insider, private) == ["Between us"]
        assert [insider.api.get(path).status_code for path in hidden] == [200] * 3
    opened = alice.api.patch(f"rooms/{private['id']}", {"is_private": False})
    assert opened.json()["errors"][0]["code"] == "unknown_field"


def test_only_the_creator_invites_and_a_member_may_leave(
    alice: Persona, bob: Persona, carol: Persona, private: Any
) -> None:
    guest = {"room": private["id"], "user": carol.id}
    assert bob.api.post("room-members", guest).status_code == 403
    assert carol.api.post("room-members", guest).status_code == 400
    path = f"room-members/{alice.creates('room-members', **guest)['id']}"
    assert alice.api.post("room-members", guest).status_code == 409
    assert tries(carol, private)[0] == 201
    assert bob.api.delete(path).status_code == 403
    assert carol.api.delete(path).status_code == 204
    assert bodies(carol, private) == []
    [left] = alice.api.get("room-members", room=private["id"]).json()["results"]
    assert alice.api.delete(f"room-members/{left['id']}").status_code == 204
    assert bob.api.get(f"rooms/{private['id']}").status_code == 404


def test_a_room_about_a_card_is_there_for_those_who_see_the_card(
    alice: Persona, bob: Persona, anonymous: Persona
) -> None:
    card = alice.creates("cards", title="Dragon", status="published")
    room = bob.creates("rooms", title="That dragon", card=card["id"])
    said = says(bob, room)
    assert anonymous.api.get("rooms", card=card["id"]).json()["results"][0]["id"] == room["id"]
    alice.api.patch(f"cards/{card['id']}", {"status": "draft"})
    for path in (f"rooms/{room['id']}", f"messages/{said['id']}"):
        assert bob.api.get(path).status_code == 404
        assert alice.api.get(path).status_code == 200
    refused = bob.api.post("rooms", {"title": "Again", "card": card["id"]})
    assert refused.json()["errors"][0]["field"] == "card"
    assert alice.api.delete(f"cards/{card['id']}").status_code == 204
    assert alice.api.get(f"rooms/{room['id']}").status_code == 404


@pytest.mark.parametrize("keeper", ["moderator", "alice"])
def test_who_keeps_the_room_can_hide_a_message_and_show_it_again(
    keeper: str,
    bob: Persona,
    carol: Persona,
    anonymous: Persona,
    room: JsonObject,
    request: pytest.FixtureRequest,
) -> None:
    keeps: Persona = request.getfixturevalue(keeper)
    said = says(bob, room, "Rude")
    says(carol, room, "Well", reply_to=said["id"])
    path = f"messages/{said['id']}"
    for other in (bob, carol):
        assert other.api.put(f"{path}/hide").status_code == 403
    assert keeps.api.put(f"{path}/hide").json()["is_hidden"] is True
    for other in (carol, anonymous):
        assert other.api.get(path).status_code == 404
        listed = other.api.get("messages", room=room["id"], expand="reply_to")
        assert [message["body"] for message in listed.json()["results"]] == ["Well"]
        assert "Rude" not in str(listed.json())
    for insider in (bob, keeps):
        assert bodies(insider, room) == ["Well", "Rude"]
    assert keeps.api.delete(f"{path}/hide").json()["is_hidden"] is False
    assert carol.api.get(path).status_code == 200


def test_a_moderator_keeps_order_in_the_admin_in_private_rooms_too(
    bob: Persona, moderator: Persona, alice: Persona, private: object
) -> None:
    rude, other = says(bob, private, "Rude"), says(bob, private, "Fine")
    assert moderator.user is not None
    client = Browser()
    client.force_login(moderator.user)
    base = "/admin/community/message/"
    found = client.get(base, {"q": "rude"}).content.decode()
    assert (rude["id"] in found, other["id"] in found) == (True, False)
    for action, is_hidden in (("put_hide", True), ("delete_hide", False)):
        chosen = {"action": action, "_selected_action": [rude["id"]]}
        assert client.post(base, chosen).status_code == 302
        assert alice.api.get(f"messages/{rude['id']}").json()["is_hidden"] is is_hidden
    client.post(f"{base}{rude['id']}/delete/", {"post": "yes"})
    deleted = {"action": "delete_selected", "_selected_action": [other["id"]], "post": "yes"}
    assert now(alice, private)["message_count"] == 1
    client.post(base, deleted)
    assert (bodies(alice, private), now(alice, private)["message_count"]) == ([], 0)
