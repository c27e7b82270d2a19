"""Runs the steps of a pipeline: in the event loop itself where they don't block, or in threads.

Costly ones have threads of their own (`server/costly_lane.py`).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import translation

from realtime.bell import is_shared, listen
from resources.event_loop import MustRunInThread
from resources.execution.epochs import CommitWatch, epochs
from resources.execution.response_cache import EXACT_LIFETIME, NOTIFIED_LIFETIME, ResponseCache
from resources.http import reads
from resources.http.actor_cache import ActorCache
from resources.http.exchange import Exchange
from resources.http.request import READS
from server.costly_lane import CostlyLane
from server.inline_queries import InlineQueries
from server.write_executor import NOT_HERE, ThreadPool, error_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from realtime.asgi_types import Receive
    from resources.answers import HttpAnswer
    from resources.http.pipeline import Step
    from resources.http.request import Request


USES_OF_A_LOOK = 256
LOST = (None, "57P01", "57P02")
"""SQLSTATE of a connection that has ended: none at all, or the server's goodbye."""


class ReadExecutor:
    """Answers reads for one event loop.

    What was answered is kept until it changes; whoever may see the same and asks for it meanwhile
    waits for the one query that is under way.
    """

    def __init__(self) -> None:
        self.threads = ThreadPool(settings.RESOURCE_THREADS, "reads")
        self.inline = InlineQueries()
        self.costly = CostlyLane()
        self.is_embedded = connection.vendor == "sqlite"
        lifetime = EXACT_LIFETIME if self.is_embedded else NOTIFIED_LIFETIME
        self.responses = ResponseCache(epochs, settings.KEPT_BYTES // settings.PROCESSES, lifetime)
        self.callers = ActorCache(epochs, lifetime)
        self.under_way: dict[Hashable, asyncio.Task[HttpAnswer]] = {}
        self.is_shared = is_shared()
        self.watch = CommitWatch(epochs)
        self.uses_left = 0
        self.bell: asyncio.Task[None] | None = None

    def exchange(self, request: Request) -> Exchange:
        """Return the exchange of a request, whose steps use the caches of this event loop."""
        return Exchange(request, self.callers.actor, self.responses)

    def cached(self, exchange: Exchange) -> HttpAnswer | None:
        """Return what the steps of a read would answer, if it is in the caches already."""
        if exchange.request.method not in READS:
            return None
        self.look()
        actor = self.callers.known_actor(exchange.request.authorization)
        if actor is None or actor.scopes is not None:
            return None
        exchange.actor = actor
        exchange.answer = reads.find_cached(exchange)
        return exchange.answer and (reads.leave_out_known(exchange) or exchange.answer)

    async def run(
        self, steps: Sequence[Step], exchange: Exchange, receive: Receive
    ) -> HttpAnswer | None:
        """Run steps in the event loop where they don't block, else in threads.

        Returns the answer, if a step gave one; every error is answered, too. `receive` tells when
        the client goes away.
        """
        self.look()
        for step in steps:
            if exchange.answer is not None and not step.is_final:
                continue
            if step.is_query:
                answer: HttpAnswer | None = await self._query(step, exchange, receive)
            else:
                try:
                    answer = step.work(exchange)
                except NOT_HERE:
                    answer = await self._in_thread(partial(step.work, exchange))
                except Exception as error:  # noqa: BLE001 - logged and answered
                    answer = error_answer(error)
            if answer is not None:
                exchange.answer = answer
        return exchange.answer

    async def _query(self, step: Step, exchange: Exchange, receive: Receive) -> HttpAnswer:
        """Run the query of an exchange; those who ask the same at once share one run."""
        query = cast("Callable[[Exchange], HttpAnswer]", step.work)
        work: Callable[[], HttpAnswer] = partial(query, exchange)
        key = (exchange.cache_key, exchange.since)
        if exchange.cost.is_cheap:
            return await self._once(key, work)
        return await self.costly.run(key, in_language(work), exchange.request.address, receive)

    async def _in_thread[Result](self, work: Callable[[], Result]) -> Result | HttpAnswer:
        return await self.threads.run(in_language(work))

    def look(self) -> int:
        """Invalidate what has changed since the last look; return the epoch.

        An event loop works in the order of arrival, so one look serves all requests that are there.
        Were they very many, the loop would ask for more of them in the same turn.
        """
        self.uses_left -= 1
        if not self.is_embedded:
            self._listen()
        elif self.uses_left < 0:
            self.uses_left = USES_OF_A_LOOK
            asyncio.get_running_loop().call_soon(self._look_again)
            try:
                self.watch.look()
            except MustRunInThread:
                epochs.invalidate_all()
        return epochs.current

    def _look_again(self) -> None:
        """Let the next turn of the event loop look again."""
        self.uses_left = 0

    def _listen(self) -> None:
        """Listen to what other processes change."""
        if self.is_shared and (self.bell is None or self.bell.done()):
            self.bell = asyncio.create_task(listen(epochs.invalidate))

    async def _once(self, key: Hashable, work: Callable[[], HttpAnswer]) -> HttpAnswer:
        """Run a query unless the same is under way and began no earlier than the last change."""
        if self.is_embedded:
            try:
                return await self.inline.run(key, work)
            except NOT_HERE:
                pass
        task = self.under_way.get(key)
        if task is None:
            task = self.under_way[key] = asyncio.create_task(self._in_thread(work))
            task.add_done_callback(lambda _task: self.under_way.pop(key, None))
            return await asyncio.shield(task)
        answer = await asyncio.shield(task)
        # An error names its request and speaks its language: it is nobody else's.
        return answer if answer.status == 200 else await self._in_thread(work)


def in_language[Result](work: Callable[[], Result]) -> Callable[[], Result]:
    """Return the work in the language of this request, which threads don't inherit."""
    return partial(run_in_language, translation.get_language(), work)


def run_in_language[Result](language: str | None, work: Callable[[], Result]) -> Result:
    """Run work; a read whose connection was cut off meanwhile is run once more, by another one."""
    translation.activate(language or settings.LANGUAGE_CODE)
    try:
        return work()
    except OperationalError as error:
        if not _has_lost_connection(error):
            raise
        connection.close()
        return work()


def _has_lost_connection(error: OperationalError) -> bool:
    """Return whether a statement failed as its connection to PostgreSQL had ended."""
    cause = error.__cause__
    is_of_pool = type(cause).__name__ == "PoolTimeout"
    return not is_of_pool and getattr(cause, "sqlstate", "") in LOST
