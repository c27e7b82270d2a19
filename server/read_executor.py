"""Where reads are answered: from what is kept, in the event loop itself, or in threads.

Costly ones have threads of their own (`server/costly_lane.py`).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils import translation

from realtime.bell import is_shared, listen
from resources.answers import HttpAnswer
from resources.event_loop import MustRunInThread
from resources.execution.epochs import CommitWatch, epochs
from resources.execution.response_cache import EXACT_LIFETIME, NOTIFIED_LIFETIME, ResponseCache
from resources.http.callers import Callers
from resources.http.reads import admitted, checked, fitted
from server.costly_lane import CostlyLane
from server.write_executor import NOT_HERE, ThreadPool, answered_always

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from realtime.asgi_types import Receive
    from resources.actors import Actor
    from resources.http.reads import Read


LOST = (None, "57P01", "57P02")
"""SQLSTATE of a connection that has ended: none at all, or the server's goodbye."""


class ReadExecutor:
    """Answers reads for one event loop.

    What was answered is kept until it changes; whoever may see the same and asks for it meanwhile
    waits for the one query that is under way.
    """

    def __init__(self) -> None:
        self.threads = ThreadPool(settings.RESOURCE_THREADS, "reads")
        self.costly = CostlyLane()
        self.is_embedded = connection.vendor == "sqlite"
        lifetime = EXACT_LIFETIME if self.is_embedded else NOTIFIED_LIFETIME
        self.responses = ResponseCache(epochs, settings.KEPT_BYTES, lifetime)
        self.callers = Callers(epochs, lifetime)
        self.under_way: dict[Hashable, asyncio.Task[HttpAnswer]] = {}
        self.is_shared = is_shared()
        self.watch = CommitWatch(epochs)
        self.has_looked = False
        self.bell: asyncio.Task[None] | None = None

    async def answer(self, read: Read, receive: Receive) -> HttpAnswer:
        """Answer a read; every error is answered, too.

        `receive` tells when the client goes away.
        """
        self._look()
        actor = await self._admitted(read)
        if isinstance(actor, HttpAnswer):
            return actor
        # Whoever has the same id and is of the same kind sees the same.
        key = (read.resource, read.record_id, read.query_string, read.url, actor.id, actor.kind)
        answer = self.responses.find(key)
        if answer is not None:
            return fitted(answer, read)
        checking = partial(checked, read, actor)
        asked = tried(checking)
        if asked is None:
            asked = await self._in_thread(checking)
        if isinstance(asked, HttpAnswer):
            return asked
        since = epochs.current
        if asked.is_cheap:
            answer = await self._once(key, since, asked.answer)
        else:
            work = self._speaking(asked.answer)
            answer = await self.costly.run((key, since), work, read.address, receive)
        self.responses.keep(key, answer, since, read.texts)
        return fitted(answer, read, asked.limits)

    async def caller(self, authorization: str) -> Actor | HttpAnswer:
        """Give who asks, or the answer to whoever is turned away."""
        self._look()
        return await self.here_or_in_thread(partial(self.callers.actor, authorization))

    async def _admitted(self, read: Read) -> Actor | HttpAnswer:
        """Find out who asks and whether they may read here, or answer why not."""

        def work() -> Actor:
            return admitted(read, self.callers.actor(read.authorization))

        return await self.here_or_in_thread(work)

    async def here_or_in_thread[Result](self, work: Callable[[], Result]) -> Result | HttpAnswer:
        """Do work in the event loop, or in a thread where it would keep the loop waiting."""
        result = tried(work)
        return result if result is not None else await self._in_thread(work)

    async def _in_thread[Result](self, work: Callable[[], Result]) -> Result | HttpAnswer:
        return await self.threads.run(self._speaking(work))

    @staticmethod
    def _speaking(work: Callable[[], Any]) -> Any:
        """Give the work in the language of whoever asks for it."""
        return partial(_speaking, translation.get_language(), work)

    def _look(self) -> None:
        """See whether something has changed.

        Loops work in the order of arrival: what was there before the look ends needs no other one.
        """
        if not self.is_embedded:
            self._listen()
            return
        if self.has_looked:
            return
        self.has_looked = True
        asyncio.get_running_loop().call_soon(self._look_again)
        try:
            self.watch.look()
        except MustRunInThread:
            epochs.invalidate_all()

    def _look_again(self) -> None:
        """See to it that who comes after this one looks anew."""
        self.has_looked = False

    def _listen(self) -> None:
        """Hear of what other processes change."""
        if self.is_shared and (self.bell is None or self.bell.done()):
            self.bell = asyncio.create_task(listen(epochs.invalidate))

    async def _once(self, key: Hashable, since: int, work: Callable[[], HttpAnswer]) -> HttpAnswer:
        """Do work unless the same is under way and began no earlier than the last change."""
        answer = tried(work) if self.is_embedded else None
        if answer is not None:
            return answer
        begun = (key, since)
        task = self.under_way.get(begun)
        if task is None:
            task = self.under_way[begun] = asyncio.create_task(self._in_thread(work))
            task.add_done_callback(lambda _task: self.under_way.pop(begun, None))
            return await asyncio.shield(task)
        answer = await asyncio.shield(task)
        # An error names its request and speaks its language: it is nobody else's.
        return answer if answer.status == 200 else await self._in_thread(work)


def _speaking[Result](language: str | None, work: Callable[[], Result]) -> Result:
    """Do work in a language, which threads don't inherit.

    A read whose connection was cut off meanwhile is done once more, by another one.
    """
    translation.activate(language or settings.LANGUAGE_CODE)
    try:
        return work()
    except OperationalError as error:
        if not _has_lost_connection(error):
            raise
        connection.close()
        return work()


def _has_lost_connection(error: OperationalError) -> bool:
    """Tell whether a statement failed as its connection to PostgreSQL had ended."""
    cause = error.__cause__
    is_of_pool = type(cause).__name__ == "PoolTimeout"
    return not is_of_pool and getattr(cause, "sqlstate", "") in LOST


def tried[Result](work: Callable[[], Result]) -> Result | HttpAnswer | None:
    """Do work in the event loop; nothing when it belongs into a thread."""
    try:
        return answered_always(work)
    except NOT_HERE:
        return None
