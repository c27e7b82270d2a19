"""Queries that the event loop runs itself, those of one turn one after the other.

Between two queries of a busy server there would be all else that a request takes, and nothing that
the next query needs would still be in the processor's caches.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, NamedTuple

from server.write_executor import NOT_HERE, answered_always

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Hashable
    from contextvars import Context

    from resources.answers import HttpAnswer


class WaitingQuery(NamedTuple):
    """A query by its key, with the context of its request, and the answer that is waited for."""

    key: Hashable
    work: Callable[[], HttpAnswer]
    context: Context
    answer: Future[HttpAnswer]


class InlineQueries:
    """The queries that wait for the end of this turn of an event loop."""

    def __init__(self) -> None:
        self.waiting: list[WaitingQuery] = []

    def run(self, key: Hashable, work: Callable[[], HttpAnswer]) -> Future[HttpAnswer]:
        """Run a query once all requests that are there have come as far; errors are answered.

        Queries with the same key run once. The future raises MustRunInThread or
        SynchronousOnlyOperation where a thread should do it.
        """
        loop = asyncio.get_running_loop()
        if not self.waiting:
            loop.call_soon(self._run_all)
        query = WaitingQuery(key, work, copy_context(), loop.create_future())
        self.waiting.append(query)
        return query.answer

    def _run_all(self) -> None:
        queries, self.waiting = self.waiting, []
        found: dict[Hashable, HttpAnswer] = {}
        for key, work, context, answer in queries:
            # A client that has gone away needs no answer.
            if answer.done():
                continue
            try:
                # An error names its request and speaks its language: it is nobody else's.
                if key not in found or found[key].status != 200:
                    found[key] = context.run(answered_always, work)
                answer.set_result(found[key])
            except NOT_HERE as error:
                answer.set_exception(error)
