"""Where writes run: in threads of their own, or on SQLite in one thread, several to a commit."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext as _

from resources.answers import HttpAnswer, answered
from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger("holobase.crash")

MOST_IN_A_GROUP = 32

type Work = Callable[[], HttpAnswer]


class Runner(Protocol):
    """Runs work for the event loop."""

    async def run(self, work: Work) -> HttpAnswer:
        """Run `work` outside the event loop and give its answer."""


class Threads:
    """A pool of lasting threads, each with a database connection of its own."""

    def __init__(self, count: int, name: str) -> None:
        self.pool = ThreadPoolExecutor(count, name)

    async def run(self, work: Work) -> HttpAnswer:
        """Run `work` in one of the threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, copy_context().run, _in_thread, work)


@dataclass(slots=True)
class Job:
    """Work with the context of its request and the future that waits for its answer."""

    work: Work
    context: Context
    future: asyncio.Future[HttpAnswer]
    answer: HttpAnswer | None = None


class GroupedWriter:
    """One thread that writes for all: whatever has come in the meantime shares a commit.

    Work of a group is separated by savepoints (each piece opens its own transaction inside), so
    one that fails takes nothing along. If the commit itself fails, every piece is told so.
    """

    def __init__(self) -> None:
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        Thread(target=self._write_for_ever, name="writer", daemon=True).start()

    async def run(self, work: Work) -> HttpAnswer:
        """Run `work` with the next group."""
        future: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        self.jobs.put(Job(work, copy_context(), future))
        return await future

    def _write_for_ever(self) -> None:
        while True:
            group = self._next_group()
            failure = answered(partial(_write_group, group))
            if failure.status >= 500:
                for job in group:
                    job.answer = failure
            group[0].future.get_loop().call_soon_threadsafe(_resolve, group)

    def _next_group(self) -> list[Job]:
        group = [self.jobs.get()]
        while len(group) < MOST_IN_A_GROUP:
            try:
                group.append(self.jobs.get_nowait())
            except Empty:
                break
        return group


def _write_group(group: Sequence[Job]) -> HttpAnswer:
    with transaction.atomic():
        for job in group:
            job.answer = job.context.run(answered_always, job.work)
    return HttpAnswer(200)


def _resolve(group: Sequence[Job]) -> None:
    for job in group:
        if not job.future.done() and job.answer is not None:
            job.future.set_result(job.answer)


def _in_thread(work: Work) -> HttpAnswer:
    try:
        return answered_always(work)
    finally:
        connection.close_if_unusable_or_obsolete()


def answered_always(work: Work) -> HttpAnswer:
    """Run `work`; a bug is logged and answered with 500, without details."""
    try:
        return answered(work)
    except Exception:
        logger.exception("crashed")
        return answered(_crash)


def _crash() -> HttpAnswer:
    raise Problem(500, "internal_error", _("Something went wrong on our side."))


def writer(threads: int) -> Runner:
    """Give the runner of writes that fits the database."""
    return GroupedWriter() if connection.vendor == "sqlite" else Threads(threads, "writes")
