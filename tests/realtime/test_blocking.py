"""Who blocks or mutes somebody hears nothing of them from then on, and nobody else is troubled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

from tests.realtime.conftest import signed_in

if TYPE_CHECKING:
    from tests.personas import Persona


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
