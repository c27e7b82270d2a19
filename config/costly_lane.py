"""Costly reads: in threads of their own, so that short ones never wait for them.

A read ends when nobody waits for it any more: its statement is interrupted.
"""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from config.writers import Threads
from resources.answers import HttpAnswer, answered
from resources.errors import took_too_long

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from realtime.asgi_types import Receive

MOST_JOBS = 16
"""Costly reads under way or waiting, in a process."""
PATIENCE = 5.0
"""Seconds that a read waits for its turn."""
BETWEEN_INTERRUPTIONS = 0.05
CANCEL_SECONDS = 2.0
NOBODY = HttpAnswer(499)
"""What is logged for a client that went away, by the number that nginx gave it."""


class Job:
    """One read that may be interrupted from outside, for all who wait for its answer."""

    def __init__(self, work: Callable[[], HttpAnswer]) -> None:
        self.work = work
        self.waiting = 0
        self.has_begun = False
        self.is_given_up = False
        self.task: asyncio.Task[HttpAnswer]
        self._lock = Lock()
        self._database: Any = None

    def __call__(self) -> HttpAnswer:
        """Do the work, in a thread."""
        if self.is_given_up:
            return NOBODY
        self.has_begun = True
        connection.ensure_connection()
        with self._lock:
            self._database = connection.connection
        try:
            return self.work()
        finally:
            with self._lock:
                self._database = None

    def interrupt(self) -> None:
        """Interrupt the statement that runs just now, if one does."""
        with self._lock:
            if self._database is None:
                return
            if connection.vendor == "sqlite":
                self._database.interrupt()
            else:
                self._database.cancel_safe(timeout=CANCEL_SECONDS)


class CostlyLane:
    """Runs costly reads of one event loop; who asks the same meanwhile shares the answer."""

    def __init__(self) -> None:
        self.threads = Threads(settings.COSTLY_THREADS, "costly")
        self.jobs: dict[Hashable, Job] = {}
        self.endings: set[asyncio.Task[None]] = set()

    async def run(
        self, key: Hashable, work: Callable[[], HttpAnswer], receive: Receive
    ) -> HttpAnswer:
        """Answer by `work`, or 503 when there is too much to do; `receive` tells who goes away."""
        job = self.jobs.get(key)
        is_shared = job is not None
        if job is None:
            if len(self.jobs) >= MOST_JOBS:
                return _too_much()
            job = self._begin(key, work)
        answer = await self._waited(key, job, receive)
        if is_shared and answer.status not in (200, NOBODY.status):
            # An error names its request and speaks its language: it is nobody else's.
            return _too_much() if answer.status == 503 else await self.threads.run(work)
        return answer

    def _begin(self, key: Hashable, work: Callable[[], HttpAnswer]) -> Job:
        job = self.jobs[key] = Job(work)
        job.task = asyncio.create_task(self.threads.run(job))
        job.task.add_done_callback(lambda _task: self._forget(key, job))
        return job

    async def _waited(self, key: Hashable, job: Job, receive: Receive) -> HttpAnswer:
        """Wait for a job as long as the client does, and no longer than `PATIENCE` for its turn."""
        job.waiting += 1
        gone = asyncio.create_task(_gone(receive))
        try:
            either = {job.task, gone}
            done, _pending = await asyncio.wait(
                either, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and not job.has_begun:
                return _too_much()
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return job.task.result() if job.task.done() else NOBODY
        finally:
            gone.cancel()
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                self._give_up(key, job)

    def _give_up(self, key: Hashable, job: Job) -> None:
        self._forget(key, job)
        job.is_given_up = True
        ending = asyncio.create_task(_ended(job))
        self.endings.add(ending)
        ending.add_done_callback(self.endings.discard)

    def _forget(self, key: Hashable, job: Job) -> None:
        if self.jobs.get(key) is job:
            del self.jobs[key]


async def _ended(job: Job) -> None:
    """Interrupt a job until it ends: it may be between two statements just now."""
    while not job.task.done():
        await asyncio.to_thread(job.interrupt)
        await asyncio.sleep(BETWEEN_INTERRUPTIONS)


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away, having sent its request."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    if message["type"] != "http.disconnect" and (await receive())["type"] != "http.disconnect":
        # This is no server that tells.
        await asyncio.Event().wait()


def _too_much() -> HttpAnswer:
    return answered(_refuse)


def _refuse() -> HttpAnswer:
    raise took_too_long()
