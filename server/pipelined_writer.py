"""Writes to PostgreSQL, several to a commit where that holds nobody up.

Most creations need no answer of the database before their commit: what they check is in the
request. Their statements are collected and sent at once, for all that have come in the meantime
(`PostgreSQLConnection.collecting`). So their locks last no longer than the server runs them, and
none is waited for by a request that holds others. Every other write has a transaction of its own.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils import translation

from resources.answers import HttpAnswer, problem_answer
from resources.connections import databases, with_connection
from resources.errors import Problem, unavailable
from resources.event_loop import MustRunInThread
from resources.http.pipeline import BEGIN_WRITE, END_WRITE, HEADERS, answer_of, run
from server import waiting
from server.write_executor import (
    MOST_IN_A_GROUP,
    GroupCommitWriter,
    ThreadPool,
    answered_always,
    error_answer,
    waiting_jobs,
    write_in_language,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.http.exchange import Exchange
    from server.write_executor import WriteExecutor

THREADS = 2
"""While one waits for its commit, the other collects."""
GONE = ("08", "57P")
"""What the codes of a server begin with that can't be reached, or is about to end."""
ALONE_AFTER_REFUSAL = 16
"""Creations of a resource that are not tried together after one that needed an answer."""


@dataclass(slots=True)
class CollectedWrite:
    """A creation with the context of its request; whether it was collected, and its answer."""

    exchange: Exchange
    context: Context
    future: asyncio.Future[HttpAnswer]
    is_collected: bool = False
    answer: HttpAnswer | None = None


class PipelinedWriter:
    """Writes creations together, in threads of its own, and everything else alone."""

    def __init__(self, threads: int) -> None:
        self.alone = ThreadPool(threads, "writes")
        self.jobs: SimpleQueue[CollectedWrite] = SimpleQueue()
        self.threads: Sequence[Thread] = ()
        self.refusals: dict[str, int] = {}

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Run the steps of a write, together with others if it can be collected."""
        if not self._is_worth_trying(exchange):
            return await self.alone.write(exchange)
        try:
            return await self._written_together(exchange)
        except Problem as problem:
            return problem_answer(problem)

    def _is_worth_trying(self, exchange: Exchange) -> bool:
        request = exchange.request
        if request.method != "POST" or request.is_batch or request.action:
            return False
        left = self.refusals.get(request.resource.name, 0)
        if left:
            self.refusals[request.resource.name] = left - 1
        return not left and request.idempotency_key is None

    async def _written_together(self, exchange: Exchange) -> HttpAnswer:
        """Write with the next group; raises Problem 503 while the database is away."""
        if waiting.is_away():
            raise unavailable()
        if not self.threads:
            # Not sooner: this process may yet be forked, and its threads would stay behind.
            self.threads = [
                Thread(target=self._write_for_ever, name="creations", daemon=True)
                for _number in range(THREADS)
            ]
            for thread in self.threads:
                thread.start()
        future: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        waiting.waiting.add(future)
        try:
            self.jobs.put(CollectedWrite(exchange, copy_context(), future))
            return await future
        finally:
            waiting.waiting.discard(future)

    def _write_for_ever(self) -> None:
        while True:
            group = list(islice(waiting_jobs(self.jobs), MOST_IN_A_GROUP))
            try:
                with_connection(partial(write_group, group))
            except Exception as error:  # noqa: BLE001 - logged and answered
                for job in group:
                    job.answer = job.answer or error_answer(error)
            for job in group:
                if not job.is_collected:
                    self.refusals[job.exchange.request.resource.name] = ALONE_AFTER_REFUSAL
            # Nobody waits any more where the loop is closed.
            with suppress(RuntimeError):
                group[0].future.get_loop().call_soon_threadsafe(_resolve, group)


def write_group(group: Sequence[CollectedWrite]) -> None:
    """Write a group together, and each that can't be by itself; then every one has its answer."""
    _write_together(group)
    for job in group:
        if job.answer is None:
            work = partial(write_in_language, job.exchange)
            job.answer = job.context.run(answered_always, work)


def _write_together(group: Sequence[CollectedWrite]) -> None:
    """Write a group in one transaction; what has to be written alone has no answer afterwards."""
    database = cast("Any", databases[DEFAULT_DB_ALIAS])
    try:
        with transaction.atomic(), database.collecting():
            for job in group:
                job.context.run(_collect, job)
    except Exception as error:  # noqa: BLE001 - told, or told by what is written again
        if not _is_taken_back(error):
            for job in group:
                job.answer = job.answer or job.context.run(error_answer, error)
        return
    for job in group:
        if job.is_collected and job.answer is None:
            work = partial(answer_of, END_WRITE, job.exchange)
            job.answer = job.context.run(answered_always, work)


def _is_taken_back(error: Exception) -> bool:
    """Return whether the server itself has refused a commit, rather than gone away meanwhile.

    Then nobody knows what has become of it, and nothing may be written again.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return state is not None and not state.startswith(GONE)


def _collect(job: CollectedWrite) -> None:
    """Collect the statements of a creation; one that is refused has its answer already."""
    translation.activate(job.exchange.request.language)
    with suppress(MustRunInThread):
        job.answer = answered_always(partial(_collected, job.exchange))
        job.is_collected = True


@transaction.atomic
def _collected(exchange: Exchange) -> HttpAnswer | None:
    return run((*BEGIN_WRITE, *HEADERS), exchange)


def _resolve(group: Sequence[CollectedWrite]) -> None:
    for job in group:
        if not job.future.done() and job.answer is not None:
            job.future.set_result(job.answer)


def writers(threads: int) -> WriteExecutor:
    """Return the writers that fit the database."""
    return GroupCommitWriter() if connection.vendor == "sqlite" else PipelinedWriter(threads)
