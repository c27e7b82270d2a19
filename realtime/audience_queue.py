"""Where subscriptions wait to be read and tried: each network in a line of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from channels.db import database_sync_to_async

from realtime.per_loop import PerLoop
from realtime.topics import audience_of
from resources.errors import Problem
from resources.http import futile_queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.visibility.audiences import Audience

# Not in the thread that looks for revoked tokens: it must not wait for those who want to listen.
compiler = ThreadPoolExecutor(1, "audiences")
compile_audience = database_sync_to_async(audience_of, thread_sensitive=False, executor=compiler)


class AudienceQueue:
    """Finds audiences, one at a time for each network.

    However many subscriptions one network asks for at once, another network's waits for one. What
    is refused is counted as refused queries of lists are.
    """

    def __init__(self) -> None:
        self.turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(
        self, network: str, topic: str, actor: Actor, asked: Mapping[str, str]
    ) -> Audience:
        """Return the audience of a subscription; raises Problem as `audience_of` does, and 429."""
        letters = sum(map(len, asked.values()))
        if letters > futile_queries.SHORT:
            futile_queries.require_letters(network)
        turn = self.turns.get(network)
        if turn is None:
            turn = self.turns[network] = asyncio.Lock()
        async with turn:
            try:
                return await compile_audience(topic, actor, asked)
            except Problem:
                futile_queries.spend(network, letters)
                raise


audiences = PerLoop(AudienceQueue)
