"""Where subscriptions wait to be read and tried: each network in a line of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from channels.db import database_sync_to_async

from realtime.per_loop import PerLoop
from realtime.topics import audience_of, narrowing, require_listener
from resources.byte_cache import ByteCache
from resources.errors import Problem
from resources.http import futile_queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.actors import Actor
    from resources.visibility.audiences import Audience

AUDIENCES_BYTES = 4 * 1024 * 1024
PARSED = 20
"""How many bytes a parsed query takes for each letter of it, roughly."""

# Not in the thread that looks for revoked tokens: it must not wait for those who want to listen.
compiler = ThreadPoolExecutor(1, "audiences")
compile_audience = database_sync_to_async(audience_of, thread_sensitive=False, executor=compiler)


class AudienceQueue:
    """Finds audiences, one at a time for each network.

    However many subscriptions one network asks for at once, another network's waits for one. What
    is refused is counted as refused queries of lists are. An audience that was found is known to
    whoever asks for it in the same words, and nothing is waited for.
    """

    def __init__(self) -> None:
        self.known: ByteCache[Audience] = ByteCache(AUDIENCES_BYTES)
        self.turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(
        self, network: str, topic: str, actor: Actor, asked: Mapping[str, str]
    ) -> Audience:
        """Return the audience of a subscription; raises Problem as `audience_of` does, and 429."""
        letters = sum(map(len, asked.values()))
        words = (topic, actor.kind, tuple(narrowing(asked).items()))
        known = self.known.get(words)
        if known is not None:
            require_listener(known, actor)
            return known
        if letters > futile_queries.SHORT:
            futile_queries.require_letters(network)
        turn = self.turns.get(network)
        if turn is None:
            turn = self.turns[network] = asyncio.Lock()
        async with turn:
            try:
                audience = await compile_audience(topic, actor, asked)
            except Problem:
                futile_queries.spend(network, letters)
                raise
        self.known.put(words, audience, PARSED * (len(topic) + letters))
        return audience


audiences = PerLoop(AudienceQueue)
