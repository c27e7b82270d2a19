"""Waiting for threads, but no longer than the database is there."""

from __future__ import annotations

import asyncio
from concurrent.futures import wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from resources.errors import Problem, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from realtime.asgi_types import Receive

waiting: set[asyncio.Future[Any]] = set()
unattended: set[Future[Any]] = set()
"""What threads are still at although nobody waits for it any more."""
is_away: Callable[[], bool] = bool
"""Tells whether the database is away, as far as anybody watches it."""


async def in_thread[Result](threads: Executor, work: Callable[[], Result]) -> Result:
    """Run `work` in a thread; raises Problem 503 if the database is away or goes away meanwhile.

    While it is away the threads may all be waiting for it, so that nobody would get to one.
    """
    if is_away():
        raise unavailable()
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def settle(done: Future[Result]) -> None:
        # Nobody waits any more where the loop is closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answer, done)

    job = threads.submit(work)
    waiting.add(answer)
    try:
        job.add_done_callback(settle)
        return await answer
    finally:
        waiting.discard(answer)
        if not job.cancel() and not job.done():
            unattended.add(job)
            job.add_done_callback(unattended.discard)


def finish(seconds: float) -> None:
    """Wait so long for what threads are at unattended.

    An interpreter that ends takes no work for threads any more, not even from threads.
    """
    wait(list(unattended), seconds)


async def client_gone(receive: Receive) -> None:
    """Wait until the client goes away, having sent its request."""
    message = await receive()
    while message.get("more_body"):
        message = await receive()
    if message["type"] != "http.disconnect" and (await receive())["type"] != "http.disconnect":
        # This is no server that tells.
        await asyncio.Event().wait()


def refuse_while(is_database_away: Callable[[], bool]) -> None:
    """Refuse new waits while `is_database_away` says so."""
    global is_away  # noqa: PLW0603 - there is one database
    is_away = is_database_away


def interrupt() -> None:
    """End every wait with an error; may be called from any thread."""
    for answer in list(waiting):
        with suppress(RuntimeError):
            answer.get_loop().call_soon_threadsafe(_interrupt, answer)


def interrupted() -> Problem:
    """Say that nobody knows whether a request was carried out (503)."""
    detail = _("This was interrupted. See whether it was done before you try again.")
    return Problem(503, "interrupted", detail, headers={"Retry-After": "2"})


def _settle[Result](answer: asyncio.Future[Result], done: Future[Result]) -> None:
    if answer.done() or done.cancelled():
        return
    failure = done.exception()
    if failure is None:
        answer.set_result(done.result())
    else:
        answer.set_exception(failure)


def _interrupt(answer: asyncio.Future[object]) -> None:
    if not answer.done():
        answer.set_exception(interrupted())
