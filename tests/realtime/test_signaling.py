"""WebRTC signaling: offers, answers and candidates from one peer of a room to another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.realtime.conftest import Live, signed_in

if TYPE_CHECKING:
    from tests.personas import Persona


async def joins(live: Live, room: str = "call") -> str:
    await live.send({"type": "join", "ref": "1", "room": room})
    return str((await live.receive())["you"]["id"])


async def signals(live: Live, to: str, data: object, room: str = "call") -> None:
    await live.send({"type": "signal", "ref": "2", "room": room, "to": to, "data": data})


def test_a_signal_reaches_exactly_the_peer_that_it_is_for(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        caller, phone, laptop = [await signed_in(who) for who in (dana, eve, eve)]
        ids = [await joins(live) for live in (caller, phone, laptop)]
        for live, arrivals in ((caller, 2), (phone, 1)):
            for _arrival in range(arrivals):
                assert (await live.receive())["type"] == "presence"
        offer = {"type": "offer", "sdp": "v=0"}
        await signals(caller, ids[1], offer)
        assert await phone.receive() == {
            "type": "signal",
            "room": "call",
            "from": ids[0],
            "data": offer,
        }
        await signals(phone, ids[0], {"type": "answer"})
        answered = await caller.receive()
        assert (answered["from"], answered["data"]) == (ids[1], {"type": "answer"})
        for live in (caller, phone, laptop):
            assert await live.is_quiet()
        for live in (caller, phone, laptop):
            await live.close()

    asyncio.run(go())


def test_a_signal_needs_both_in_the_room(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        caller, elsewhere = await signed_in(dana), await signed_in(eve)
        await joins(caller)
        other = await joins(elsewhere, "hall")
        for room, code in (("call", "unknown_peer"), ("hall", "not_in_room")):
            await signals(caller, other, {}, room)
            refused = await caller.receive()
            assert (refused["type"], refused["ref"], refused["code"]) == ("error", "2", code)
        await signals(caller, other, "x" * 33_000)
        assert (await caller.receive())["errors"][0]["field"] == "data"
        assert await elsewhere.is_quiet()
        await caller.close()
        await elsewhere.close()

    asyncio.run(go())
