"""Who blocks or mutes somebody hears nothing of them from then on, and nobody else is troubled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

from tests.realtime.conftest import signed_in

if TYPE_CHECKING:
    from tests.personas import Persona


def test_two_of_whom_one_blocks_the_other_meet_in_no_room(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        caller, other = await signed_in(dana), await signed_in(eve)
        for live, seen in ((caller, 0), (other, 1)):
            await live.send({"type": "join", "ref": "1", "room": "hall"})
            joined = await live.receive()
            assert len(joined["peers"]) == seen
        peer = (await caller.receive())["peer"]
        await sync_to_async(eve.api.put)(f"users/{dana.id}/block")
        for live in (caller, other):
            again = await live.receive()
            assert (again["type"], again["peers"]) == ("joined", [])
        said = {"room": "hall", "ref": "2"}
        await other.send({"type": "broadcast", "event": "wave", "payload": {}, **said})
        await caller.send({"type": "signal", "to": peer["id"], "data": {}, **said})
        assert (await caller.receive())["code"] == "unknown_peer", "and no wave before it"
        await other.close()
        assert await caller.is_quiet(), "nor does she hear who leaves"
        await caller.close()

    asyncio.run(go())


def test_the_subscriptions_of_the_two_start_over_and_no_other(dana: Persona, eve: Persona) -> None:
    async def go() -> None:
        dana_hears, eve_hears = await signed_in(dana), await signed_in(eve)
        for live in (dana_hears, eve_hears):
            assert (await live.subscribe("cards"))["type"] == "subscribed"
        await sync_to_async(dana.api.put)(f"users/{eve.id}/mute")
        assert (await dana_hears.receive())["type"] == "reset"
        card = await sync_to_async(eve.creates)("cards", title="Ember", status="published")
        assert await eve_hears.events(1) == [("create", card["id"])], "she isn't told"
        await sync_to_async(eve.api.put)(f"users/{dana.id}/block")
        for live in (dana_hears, eve_hears):
            assert (await live.receive())["type"] == "reset"
        await sync_to_async(dana.creates)("cards", title="Moth", status="published")
        assert (await dana_hears.events(1))[0][0] == "create", "and nothing of eve's before it"
        for live in (dana_hears, eve_hears):
            assert await live.is_quiet()
            await live.close()

    asyncio.run(go())
