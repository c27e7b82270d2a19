"""Chat as it happens: messages over a topic, presence and typing in the room of the same name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from tests.realtime.conftest import Live, signed_in

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona


async def does(action: Any, *given: Any, **named: Any) -> Any:
    return await sync_to_async(action)(*given, **named)


async def says(persona: Persona, room: JsonObject, body: str) -> Any:
    return await does(persona.creates, "messages", room=room["id"], body=body)


async def listens(persona: Persona, room: JsonObject) -> Live:
    live = await signed_in(persona)
    assert (await live.subscribe(f"rooms/{room['id']}/messages"))["type"] == "subscribed"
    return live


async def joins(live: Live, room: JsonObject) -> Any:
    await live.send({"type": "join", "ref": "2", "room": f"rooms/{room['id']}"})
    return await live.receive()


async def everything(live: Live) -> list[JsonObject]:
    """Read all that comes until nothing more does."""
    heard = []
    while not await live.is_quiet():
        heard.append(await live.receive())
    return heard


def test_what_is_said_edited_and_deleted_is_heard_in_that_room(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        room = await does(dana.creates, "rooms", title="Dragons")
        other = await does(dana.creates, "rooms", title="Foils")
        live = await listens(eve, room)
        await says(dana, other, "elsewhere")
        said = await says(dana, room, "Frist")
        heard = await live.receive()
        assert (heard["action"], heard["record"]["body"]) == ("create", "Frist")
        await does(dana.api.patch, f"messages/{said['id']}", {"body": "First"})
        heard = await live.receive()
        assert (heard["action"], heard["record"]["body"]) == ("update", "First")
        await does(dana.api.delete, f"messages/{said['id']}")
        assert await live.events(1) == [("delete", said["id"])]
        assert await live.is_quiet()
        await live.close()

    asyncio.run(go())


def test_who_was_away_hears_what_was_said_meanwhile(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        room = await does(dana.creates, "rooms", title="Dragons")
        live = await listens(eve, room)
        await says(dana, room, "one")
        cursor = (await live.receive())["cursor"]
        await live.close()
        missed = [await says(dana, room, body) for body in ("two", "three")]
        back = await signed_in(eve)
        topic = f"rooms/{room['id']}/messages"
        await back.send({"type": "subscribe", "ref": "1", "topic": topic, "since": cursor})
        assert await back.events(2) == [("create", message["id"]) for message in missed]
        assert (await back.receive())["type"] == "subscribed"
        assert await back.is_quiet()
        await back.close()

    asyncio.run(go())


def test_a_message_that_is_hidden_leaves_and_enters_again(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        room = await does(dana.creates, "rooms", title="Dragons")
        stranger, keeper = await listens(eve, room), await listens(dana, room)
        said = await says(dana, room, "Rude")
        for live in (stranger, keeper):
            assert await live.events(1) == [("create", said["id"])]
        await does(dana.api.put, f"messages/{said['id']}/hide")
        heard = await stranger.receive()
        assert (heard["action"], heard["id"], "record" in heard) == ("leave", said["id"], False)
        assert (await keeper.receive())["record"]["is_hidden"] is True
        await does(dana.api.delete, f"messages/{said['id']}/hide")
        assert await stranger.events(1) == [("enter", said["id"])]
        for live in (stranger, keeper):
            await live.close()

    asyncio.run(go())


def test_who_types_is_seen_by_the_others_in_the_room(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        room = await does(dana.creates, "rooms", title="Dragons")
        mine, hers = await signed_in(dana), await signed_in(eve)
        me = (await joins(mine, room))["you"]
        assert (await joins(hers, room))["peers"] == [me]
        assert (await mine.receive())["peer"]["user"] == eve.id
        typing = {"room": f"rooms/{room['id']}", "event": "typing", "payload": {"is_typing": True}}
        await mine.send({"type": "broadcast", **typing})
        assert await hers.receive() == {"type": "broadcast", "from": me["id"], **typing}
        for live in (mine, hers):
            await live.close()

    asyncio.run(go())


def test_who_is_removed_from_a_private_room_is_put_out_and_hears_no_more(
    dana: Persona, eve: Persona, settings: Settings
) -> None:
    settings.REALTIME_RECHECK_SECONDS = 0.1

    async def go() -> None:
        room = await does(dana.creates, "rooms", title="Secret", is_private=True)
        door, topic = await signed_in(eve), await listens(eve, room)
        assert (await joins(door, room))["code"] == "not_found"
        await says(dana, room, "before")
        assert await topic.is_quiet()
        invited = await does(dana.creates, "room-members", room=room["id"], user=eve.id)
        assert (await joins(door, room))["type"] == "joined"
        said = await says(dana, room, "welcome")
        created = [frame for frame in await everything(topic) if frame["action"] == "create"]
        assert [frame["record"]["body"] for frame in created] == ["welcome"]
        removed = await does(dana.api.delete, f"room-members/{invited['id']}")
        assert removed.status_code == 204
        left = {"type": "left", "room": f"rooms/{room['id']}", "code": "not_found"}
        assert await door.receive() == left
        await says(dana, room, "after")
        await does(dana.api.patch, f"messages/{said['id']}", {"body": "edited"})
        for frame in await everything(topic):
            assert (frame["action"], "record" in frame) == ("leave", False)
        for live in (door, topic):
            await live.close()

    asyncio.run(go())
