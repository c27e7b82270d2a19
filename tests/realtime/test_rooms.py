"""Rooms over a WebSocket: who is there, what is said, who may enter, and who has gone."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async

from realtime.rooms.registry import rooms
from resources import changes
from resources.actors import SYSTEM
from tests.realtime.conftest import Live, connected, signed_in
from users.services.sanctions import impose_sanction
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    import pytest
    from pytest_django.fixtures import Settings

    from tests.personas import Persona


async def joins(live: Live, room: str = "lobby", **metadata: object) -> Any:
    await live.send({"type": "join", "ref": "1", "room": room, "metadata": metadata})
    return await live.receive()


async def says(live: Live, payload: object, room: str = "lobby") -> None:
    await live.send({"type": "broadcast", "room": room, "event": "typing", "payload": payload})


def is_silenced(persona: Persona) -> None:
    assert persona.user is not None
    impose_sanction(by=SYSTEM, user=persona.user, kind="silence", reason="Noise.")


def signs_out(persona: Persona) -> None:
    assert persona.user is not None
    end_sessions(persona.user, by=SYSTEM)


def test_everyone_sees_who_is_there_and_each_device_of_a_member(
    dana: Persona, eve: Persona
) -> None:
    async def go() -> None:
        phone, laptop, other = [await signed_in(who) for who in (dana, dana, eve)]
        first = await joins(phone, device="phone")
        assert (first["type"], first["ref"], first["peers"]) == ("joined", "1", [])
        me = first["you"]
        assert (me["user"], me["name"], me["metadata"]) == (dana.id, "dana", {"device": "phone"})
        second = await joins(laptop, device="laptop")
        assert second["peers"] == [me]
        arrived = {"type": "presence", "room": "lobby", "action": "join", "peer": second["you"]}
        assert await phone.receive() == arrived
        third = await joins(other)
        assert {peer["id"] for peer in third["peers"]} == {me["id"], second["you"]["id"]}
        assert {peer["user"] for peer in third["peers"]} == {dana.id}
        for live in (phone, laptop):
            assert (await live.receive())["peer"]["user"] == eve.id
        changed = {"type": "presence", "room": "lobby", "metadata": {"is_away": True}}
        await laptop.send(changed)
        for live in (phone, other):
            seen = await live.receive()
            assert (seen["action"], seen["peer"]["metadata"]) == ("update", {"is_away": True})
        await laptop.send({"type": "leave", "ref": "2", "room": "lobby"})
        assert await laptop.receive() == {"type": "left", "ref": "2", "room": "lobby"}
        for live in (phone, other):
            seen = await live.receive()
            assert (seen["action"], seen["peer"]["id"]) == ("leave", second["you"]["id"])
        for live in (phone, laptop, other):
            assert await live.is_quiet()
        for live in (phone, laptop, other):
            await live.close()

    asyncio.run(go())


def test_a_broadcast_reaches_the_others_in_the_room_and_nobody_else(
    dana: Persona, eve: Persona
) -> None:
    async def go() -> None:
        mine, hers, elsewhere = [await signed_in(who) for who in (dana, eve, eve)]
        me = (await joins(mine))["you"]
        await joins(hers)
        await mine.receive()
        await joins(elsewhere, "hall")
        await says(mine, {"x": 1})
        assert await hers.receive() == {
            "type": "broadcast",
            "room": "lobby",
            "from": me["id"],
            "event": "typing",
            "payload": {"x": 1},
        }
        assert await mine.is_quiet()
        assert await elsewhere.is_quiet()
        await says(elsewhere, 1)
        assert (await elsewhere.receive())["code"] == "not_in_room"
        for live in (mine, hers, elsewhere):
            await live.close()

    asyncio.run(go())


def test_who_goes_away_or_is_revoked_leaves_every_room(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        stays, closes, revoked = [await signed_in(who) for who in (dana, dana, eve)]
        await joins(stays)
        gone = [(await joins(live))["you"]["id"] for live in (closes, revoked)]
        for _arrival in gone:
            await stays.receive()
        await closes.close()
        await sync_to_async(signs_out)(eve)
        seen = [await stays.receive() for _departure in gone]
        assert [(frame["action"], frame["peer"]["id"]) for frame in seen] == [
            ("leave", peer_id) for peer_id in gone
        ]
        await stays.close()
        assert rooms().rooms == {}

    asyncio.run(go())


def test_the_room_of_a_card_is_for_those_who_may_view_it(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        creates = sync_to_async(dana.creates)
        draft = await creates("cards", title="Draft")
        public = await creates("cards", title="Public", status="published")
        mine, stranger = await signed_in(dana), await signed_in(eve)
        for below in ("", "/call"):
            assert (await joins(mine, f"cards/{draft['id']}{below}"))["type"] == "joined"
            refused = await joins(stranger, f"cards/{draft['id']}{below}")
            assert (refused["type"], refused["code"]) == ("error", "not_found")
        assert (await joins(stranger, f"cards/{public['id']}"))["type"] == "joined"
        assert (await joins(stranger, "cards/nothing"))["code"] == "not_found"
        await mine.close()
        await stranger.close()

    asyncio.run(go())


def test_who_loses_a_role_leaves_the_rooms_that_it_opened(dana: Persona, eve: Persona) -> None:
    def has_role(is_superuser: bool) -> None:
        assert eve.user is not None
        changes.update(eve.user, by=SYSTEM, is_superuser=is_superuser)

    async def go() -> None:
        draft = await sync_to_async(dana.creates)("cards", title="Draft")
        await sync_to_async(has_role)(True)
        live = await signed_in(eve)
        assert (await joins(live, f"cards/{draft['id']}"))["type"] == "joined"
        assert (await joins(live, "lobby"))["type"] == "joined"
        await sync_to_async(has_role)(False)
        left = {"type": "left", "room": f"cards/{draft['id']}", "code": "not_found"}
        assert await live.receive() == left
        await says(live, 1)
        assert await live.is_quiet()
        assert list(rooms().rooms) == ["lobby"]
        await live.close()

    asyncio.run(go())


def test_who_is_in_the_room_of_a_card_that_is_hidden_is_put_out(
    dana: Persona, eve: Persona, settings: Settings
) -> None:
    settings.REALTIME_RECHECK_SECONDS = 0.1

    async def go() -> None:
        card = await sync_to_async(dana.creates)("cards", title="Public", status="published")
        mine, stranger = await signed_in(dana), await signed_in(eve)
        await joins(mine, f"cards/{card['id']}")
        await joins(stranger, f"cards/{card['id']}")
        assert (await mine.receive())["action"] == "join"
        await sync_to_async(dana.api.patch)(f"cards/{card['id']}", {"status": "draft"})
        left = await stranger.receive()
        assert (left["type"], left["code"]) == ("left", "not_found")
        assert (await mine.receive())["action"] == "leave"
        assert await mine.is_quiet()
        await mine.close()
        await stranger.close()

    asyncio.run(go())


def test_guests_come_in_only_where_the_settings_allow_them(
    dana: Persona, settings: Settings
) -> None:
    async def go() -> None:
        guest = await connected()
        assert (await joins(guest))["code"] == "not_signed_in"
        settings.ROOMS_ALLOW_GUESTS = True
        assert (await joins(guest))["you"]["user"] is None
        await guest.send({"type": "auth", "token": dana.token})
        assert (await guest.receive())["type"] == "authenticated"
        assert (await joins(guest))["you"]["user"] == dana.id
        await guest.close()

    asyncio.run(go())


def test_a_silenced_member_is_there_and_says_nothing(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        await sync_to_async(is_silenced)(eve)
        silenced, other = await signed_in(eve), await signed_in(dana)
        await joins(other)
        assert (await joins(silenced))["type"] == "joined"
        await other.receive()
        await says(silenced, 1)
        assert (await silenced.receive())["code"] == "silenced"
        assert await other.is_quiet()
        await silenced.close()
        await other.close()

    asyncio.run(go())


def test_what_is_out_of_bounds_is_refused_with_a_reason(dana: Persona, settings: Settings) -> None:
    settings.MOST_ROOMS = 2
    settings.MOST_ROOM_PEERS = 1

    async def go() -> None:
        live, late = await signed_in(dana), await signed_in(dana)
        for name in ("Lobby", "-x", "a b", "a" * 100 + "é", "a\n"):
            assert (await joins(live, name))["code"] in {"bad_room", "invalid"}, name
        assert (await joins(live, "lobby", text="x" * 1024))["errors"][0]["field"] == "metadata"
        assert (await joins(live, "lobby", text="x" * 1000))["type"] == "joined"
        assert (await joins(late))["code"] == "room_full"
        assert (await joins(live, "second"))["type"] == "joined"
        assert (await joins(live, "third"))["code"] == "too_many_rooms"
        assert (await joins(live, "second"))["type"] == "joined"
        await says(live, "x" * 16 * 1024)
        assert (await live.receive())["errors"][0]["code"] == "too_large"
        for asked in (
            {"type": "join", "room": "lobby", "metadata": []},
            {"type": "join", "room": ["lobby"]},
            {"type": "broadcast", "room": "lobby", "event": 1},
        ):
            await live.send(asked)
            assert (await live.receive())["code"] == "invalid", asked
        await live.close()
        await late.close()

    asyncio.run(go())


def test_who_sends_too_fast_is_told_so_and_can_go_on_later(
    dana: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("realtime.token_bucket.monotonic", lambda: now)

    async def go() -> None:
        nonlocal now
        mine, other = await signed_in(dana), await signed_in(dana)
        await joins(mine)
        await joins(other)
        await mine.receive()
        for number in range(100):
            await says(mine, number)
        assert (await mine.receive())["code"] == "too_fast"
        assert [(await other.receive())["payload"] for _n in range(99)] == list(range(99))
        now += 1
        await says(mine, "later")
        assert (await other.receive())["payload"] == "later"
        await mine.close()
        await other.close()

    asyncio.run(go())
