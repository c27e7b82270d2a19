"""Costly reads: in threads of their own, so that short ones never wait for them.

Each network has a fair share of those threads and of the places to wait in; the turns go round
between networks. A read ends when nobody waits for it any more: its statement is interrupted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from resources.answers import HttpAnswer, problem_answer
from resources.errors import Problem, took_too_long
from resources.http.client_networks import limited_network
from server.network_turns import NETWORKS_SHARE, NetworkTurns
from server.waiting import client_gone
from server.write_executor import ThreadPool

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from realtime.asgi_types import Receive

MOST_JOBS = 16
"""Costly reads under way or waiting, in a process."""
RETRY_SECONDS = 1
PATIENCE = 5.0
"""Seconds that a read waits for its turn."""
BETWEEN_INTERRUPTIONS = 0.05
CANCEL_SECONDS = 2.0
NOBODY = HttpAnswer(499)
"""What is logged for a client that went away, by the number that nginx gave it."""


class CostlyRead:
    """One read that may be interrupted from outside, for all who wait for its answer."""

    def __init__(self, work: Callable[[], HttpAnswer], network: str) -> None:
        self.work = work
        self.network = network
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
        self.threads = ThreadPool(settings.COSTLY_THREADS, "costly")
        self.jobs: dict[Hashable, CostlyRead] = {}
        self.of_network: Counter[str] = Counter()
        self.turns = NetworkTurns(settings.COSTLY_THREADS)
        self.endings: set[asyncio.Task[None]] = set()

    async def run(
        self, key: Hashable, work: Callable[[], HttpAnswer], address: str, receive: Receive
    ) -> HttpAnswer:
        """Answer by `work`, 429 when the network has its share, 503 when there is too much to do.

        `receive` tells when the client goes away.
        """
        job = self.jobs.get(key)
        is_shared = job is not None
        if job is None:
            network = limited_network(address)
            if network and self.of_network[network] >= MOST_JOBS // NETWORKS_SHARE:
                return problem_answer(_network_problem())
            if len(self.jobs) >= MOST_JOBS:
                return problem_answer(took_too_long())
            job = self._begin(key, CostlyRead(work, network))
        answer = await self._waited(key, job, receive)
        if is_shared and answer.status not in (200, NOBODY.status):
            # An error names its request and speaks its language: it is nobody else's.
            return (
                problem_answer(took_too_long())
                if answer.status == 503
                else await self.threads.run(work)
            )
        return answer

    def _begin(self, key: Hashable, job: CostlyRead) -> CostlyRead:
        self.jobs[key] = job
        self.of_network[job.network] += 1
        job.task = asyncio.create_task(self._in_turn(job))
        job.task.add_done_callback(lambda _task: self._forget(key, job))
        return job

    async def _in_turn(self, job: CostlyRead) -> HttpAnswer:
        """Run a job as soon as its network has a thread to use and one is free."""
        async with self.turns.of(job.network):
            return await self.threads.run(job)

    async def _waited(self, key: Hashable, job: CostlyRead, receive: Receive) -> HttpAnswer:
        """Wait for a job as long as the client does, and no longer than `PATIENCE` for its turn."""
        job.waiting += 1
        gone = asyncio.create_task(client_gone(receive))
        try:
            either = {job.task, gone}
            done, _pending = await asyncio.wait(
                either, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and not job.has_begun:
                return problem_answer(took_too_long())
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return job.task.result() if job.task.done() else NOBODY
        finally:
            gone.cancel()
            job.waiting -= 1
            if not job.waiting and not job.task.done():
                self._give_up(key, job)

    def _give_up(self, key: Hashable, job: CostlyRead) -> None:
        self._forget(key, job)
        job.is_given_up = True
        ending = asyncio.create_task(_ended(job))
        self.endings.add(ending)
        ending.add_done_callback(self.endings.discard)

    def _forget(self, key: Hashable, job: CostlyRead) -> None:
        if self.jobs.get(key) is not job:
            return
        del self.jobs[key]
        self.of_network[job.network] -= 1
        if not self.of_network[job.network]:
            del self.of_network[job.network]


async def _ended(job: CostlyRead) -> None:
    """Interrupt a job until it ends: it may be between two statements just now."""
    while not job.task.done():
        await asyncio.to_thread(job.interrupt)
        await asyncio.sleep(BETWEEN_INTERRUPTIONS)


def _network_problem() -> Problem:
    later = {"Retry-After": str(RETRY_SECONDS)}
    detail = _("Too many costly requests of your network are under way. Try again later.")
    return Problem(429, "too_many_requests", detail, headers=later)
