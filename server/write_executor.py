"""Where writes run: in threads of their own, or on SQLite in one thread, several to a commit.

On PostgreSQL creations are written together, too (`server.pipelined_writer`).
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import cache, partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import SynchronousOnlyOperation
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from resources import search
from resources.answers import HttpAnswer, answered, problem_answer
from resources.connections import one_piece, with_connection
from resources.errors import Problem
from resources.event_loop import MustRunInThread
from resources.http.pipeline import BEGIN_WRITE, END_WRITE, HEADERS, answer_of, run, write_steps
from server.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from resources.http.exchange import Exchange

logger = logging.getLogger("holobase.crash")

MOST_IN_A_GROUP = 32
PLACES_OF_BATCH = 8
"""How many writes a batch counts as: it may hold fifty, and who shares its commit waits for it."""
NOT_HERE = (MustRunInThread, SynchronousOnlyOperation)
"""What says that an event loop is no place for the work."""

type Work = Callable[[], HttpAnswer]
type Writing = Callable[[], HttpAnswer | Work]
"""What writes, and returns the answer, or what answers once all of its group is written."""


class WriteExecutor(Protocol):
    """Answers writes for the event loop."""

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Run the steps of a write outside the event loop, and return the answer."""


class ThreadPool:
    """A pool of lasting threads, each with a database connection of its own."""

    def __init__(self, count: int, name: str) -> None:
        self.pool = ThreadPoolExecutor(count, name)

    async def run[Result](self, work: Callable[[], Result]) -> Result | HttpAnswer:
        """Run `work` in one of the threads; 503 when the database goes away meanwhile."""
        try:
            return await in_thread(self.pool, partial(copy_context().run, self._in_thread, work))
        except Problem as problem:
            return problem_answer(problem)

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Run the steps of a write in one of the threads."""
        return await self.run(partial(write_in_language, exchange))

    def _in_thread[Result](self, work: Callable[[], Result]) -> Result | HttpAnswer:
        return with_connection(partial(answered_always, work), self._has_more)

    def _has_more(self) -> bool:
        """Return whether work waits for a thread.

        The pool's own queue knows: a count beside it would have to follow what is cancelled.
        """
        return not self.pool._work_queue.empty()


@dataclass(slots=True)
class QueuedWrite:
    """Work with the context of its request, its places in a group, and its answer at last."""

    work: Writing
    context: Context
    places: int = 1
    answer: HttpAnswer | None = None


type Waiting = tuple[QueuedWrite, asyncio.Future[HttpAnswer]]


class GroupCommitWriter:
    """One thread that writes for all: whatever has come in the meantime shares a commit.

    Nothing but the end of the transaction separates the work of a group. If a piece takes back
    what it wrote, or the whole can't be committed, nothing is: then each piece is written again by
    itself, so that only those fail which are to blame.
    """

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Waiting] = SimpleQueue()
        self.thread: Thread | None = None

    async def run(self, work: Writing, places: int = 1) -> HttpAnswer:
        """Run `work` with the next group."""
        if self.thread is None:
            # Not sooner: this process may yet be forked, and its threads would stay behind.
            self.thread = Thread(target=self._write_for_ever, name="writer", daemon=True)
            self.thread.start()
        future: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        self.jobs.put((QueuedWrite(work, copy_context(), places), future))
        return await future

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Run the steps of a write with the next group."""
        return await self.run(partial(begin_in_language, exchange), places_of(exchange))

    def _write_for_ever(self) -> None:
        while True:
            group = list(a_group(waiting_jobs(self.jobs), lambda asked: asked[0]))
            write_group([job for job, _future in group])
            _job, future = group[0]
            # Nobody waits any more where the loop is closed.
            with suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(_resolve, group)


def waiting_jobs[Job](jobs: SimpleQueue[Job]) -> Iterator[Job]:
    """Wait for one, and yield it and all that has come in the meantime."""
    yield jobs.get()
    with suppress(Empty):
        while True:
            yield jobs.get_nowait()


def places_of(exchange: Exchange) -> int:
    """Return how many places of a group a write takes."""
    return PLACES_OF_BATCH if exchange.request.is_batch else 1


def a_group[Queued](
    waiting: Iterator[Queued], write_of: Callable[[Queued], QueuedWrite]
) -> Iterator[Queued]:
    """Take as many of those that wait as one commit has places for; the rest stays where it is."""
    taken = 0
    while taken < MOST_IN_A_GROUP and (queued := next(waiting, None)) is not None:
        yield queued
        taken += write_of(queued).places


def write_group(group: Sequence[QueuedWrite]) -> None:
    """Write a group, else each piece of it by itself; then every one has its answer."""
    if len(group) == 1 or not _is_written_together(group):
        for job in group:
            job.answer = job.context.run(answered_always, lambda job=job: _answer(job.work()))


def _is_written_together(group: Sequence[QueuedWrite]) -> bool:
    """Try to write a group in one transaction; tell whether that is what happened.

    What goes wrong here goes wrong again, and is spoken of then.
    """
    try:
        with transaction.atomic(), one_piece(), search.gathered():
            outcomes = [job.context.run(answered, job.work) for job in group]
            for job, outcome in zip(group, outcomes, strict=True):
                job.answer = job.context.run(answered, partial(_answer, outcome))
    except Exception:  # noqa: BLE001 - told by what is written again
        return False
    return True


def _answer(outcome: HttpAnswer | Work) -> HttpAnswer:
    return outcome if isinstance(outcome, HttpAnswer) else outcome()


def _resolve(group: Sequence[Waiting]) -> None:
    for job, future in group:
        if not future.done() and job.answer is not None:
            future.set_result(job.answer)


def write_in_language(exchange: Exchange) -> HttpAnswer:
    """Run the steps of a write in the language of its request; again if the first time failed."""
    translation.activate(exchange.request.language)
    return written(exchange)


def begin_in_language(exchange: Exchange) -> HttpAnswer | Work:
    """Begin a write in the language of its request."""
    translation.activate(exchange.request.language)
    return begun(exchange)


@cache
def context_in(language: str) -> Context:
    """Return a context whose messages are in a language; each write has a copy of it."""
    own = Context()
    own.run(translation.activate, language)
    return own


def written(exchange: Exchange) -> HttpAnswer:
    """Run the steps of a write in the language of the context."""
    return answer_of(write_steps(exchange), exchange)


def begun(exchange: Exchange) -> HttpAnswer | Work:
    """Run the steps of a write; of a creation only those up to its answer, which is returned.

    Nobody else can have changed the new record before the group is over. So the records of a group
    are read one after the other: in between, nothing of it stays in the processor's caches.
    """
    request = exchange.request
    if request.method != "POST" or request.action or request.is_batch:
        return written(exchange)
    return run((*BEGIN_WRITE, *HEADERS), exchange) or partial(answer_of, END_WRITE, exchange)


def answered_always[Result](work: Callable[[], Result]) -> Result | HttpAnswer:
    """Run `work`; every error is answered.

    Raises MustRunInThread and SynchronousOnlyOperation, which ask for another thread.
    """
    try:
        return work()
    except NOT_HERE:
        raise
    except Exception as error:  # noqa: BLE001 - logged and answered
        return error_answer(error)


def error_answer(error: Exception) -> HttpAnswer:
    """Return the answer to an error; a bug is logged and answered with 500, without details."""
    try:
        return problem_answer(error)
    except Exception:
        logger.exception("crashed")
        crash = Problem(500, "internal_error", _("Something went wrong on our side."))
        return problem_answer(crash)
