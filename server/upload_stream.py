"""The bytes of uploads in pieces (tus), taken as they come: no body is whole in memory.

A thread is used for each piece and held by none: whoever sends slowly holds a connection alone. The
next piece is read when the last one is stored, so that a client is never ahead of the storage.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from files.uploads.protocol import CHUNK_TYPE, PATH, TUS
from files.uploads.receiving import begin_creation, begin_patch
from resources.answers import problem_answer
from resources.connections import with_connection
from resources.errors import Problem, as_problem
from resources.http.client_networks import address_of_scope, limited_network
from resources.http.languages import language_of
from server.envelope import Envelope, caller_of, send_answer
from server.hosts import is_addressed_here
from server.request_bodies import DisconnectedError, let_pass
from server.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

    from files.uploads.receiving import Reception
    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send
    from resources.answers import HttpAnswer

    type Beginning = Callable[[], Reception]

logger = logging.getLogger("holobase.crash")

PIECE_BYTES = 512 * 1024
OVERRIDE = b"x-http-method-override"
OVERRIDING = frozenset({b"PATCH", b"DELETE", b"HEAD"})
RETRY_SECONDS = 3
NO_LONGER_OURS = 423
SETTLED = (NO_LONGER_OURS, 460)
"""Statuses after which nothing more of the body can count."""


class UploadStream:
    """An ASGI application that takes bodies of `application/offset+octet-stream`.

    Everything else about uploads has no body to speak of, and is Django's.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app
        self.threads = ThreadPoolExecutor(settings.UPLOAD_THREADS, "upload-stream")
        # It reads pictures and whole files: nobody's next piece is to wait for that.
        self.finishing = ThreadPoolExecutor(settings.UPLOAD_THREADS, "upload-end")
        self.of_network: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        path: str = scope["path"]
        if not path.startswith(PATH):
            await self.next_app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        scope = _with_method(scope, headers)
        begin = _beginning(scope, headers) if is_addressed_here(scope, headers) else None
        if begin is None:
            await self.next_app(scope, receive, send)
            return
        envelope = Envelope.opened(
            scope["method"], path, address_of_scope(scope), *caller_of(headers)
        )
        language = language_of(headers.get(b"accept-language", b""))
        with translation.override(language):
            answer = await self._answer(begin, envelope, receive)
        if answer is not None:
            await send_answer(answer.with_headers(TUS), envelope, language, send)
        status = answer.status if answer else 499
        envelope.measure(status, "upload-stream")
        envelope.log(status)

    async def _answer(
        self, begin: Beginning, envelope: Envelope, receive: Receive
    ) -> HttpAnswer | None:
        """Return the answer, or nothing for a client that went away."""
        network = limited_network(envelope.ip_address)
        try:
            with self._counted(network):
                reception = await self._run(begin)
                try:
                    return await self._received(reception, receive)
                finally:
                    reception.close()
        except DisconnectedError:
            return None
        except Exception as error:  # noqa: BLE001 - logged and answered
            await let_pass(receive, network)
            return _error_answer(error)

    async def _received(self, reception: Reception, receive: Receive) -> HttpAnswer:
        """Take the body; whatever it ends with, what has come before counts."""
        try:
            async for piece in _pieces(receive):
                await self._run(partial(reception.write, piece))
        except (DisconnectedError, Problem) as error:
            if not isinstance(error, Problem) or error.status not in SETTLED:
                await self._run(reception.cut_off)
            raise
        return await in_thread(self.finishing, _for_thread(reception.end))

    async def _run[Result](self, work: Callable[[], Result]) -> Result:
        return await in_thread(self.threads, _for_thread(work))

    @contextmanager
    def _counted(self, network: str) -> Iterator[None]:
        """Count a body of a network, empty for none; raises Problem 503 beyond the most.

        Clients end an upload at 429, and come again after 503.
        """
        if network and self.of_network[network] >= settings.MOST_UPLOAD_STREAMS_PER_NETWORK > 0:
            detail = _("Too many files of your network are being sent. Try again later.")
            raise _later("too_many_uploads", detail)
        self.of_network[network] += 1
        try:
            yield
        finally:
            self.of_network[network] -= 1
            if not self.of_network[network]:
                del self.of_network[network]


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a body in pieces worth a thread; raises as `_next`, after what has come before."""
    gathered = bytearray()
    is_more = True
    try:
        while is_more:
            message = await _next(receive)
            gathered += message.get("body", b"")
            is_more = message.get("more_body", False)
            if len(gathered) >= PIECE_BYTES:
                yield bytes(gathered)
                gathered.clear()
    except (DisconnectedError, Problem):
        if gathered:
            yield bytes(gathered)
        raise
    if gathered:
        yield bytes(gathered)


async def _next(receive: Receive) -> Message:
    """Wait for the next part of the body; raises DisconnectedError, Problem 503."""
    try:
        async with asyncio.timeout(settings.BODY_SECONDS):
            message = await receive()
    except TimeoutError:
        raise _later("too_slow", _("The request came too slowly.")) from None
    if message["type"] == "http.disconnect":
        raise DisconnectedError
    return message


def _beginning(scope: Scope, headers: Mapping[bytes, bytes]) -> Beginning | None:
    """Return how the reception of a body begins, or nothing if it is none of these."""
    if headers.get(b"content-type", b"").strip().lower() != CHUNK_TYPE.encode():
        return None
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
    path: str = scope["path"]
    if scope["method"] == "POST" and path == PATH:
        return partial(begin_creation, named, address_of_scope(scope))
    if scope["method"] == "PATCH" and path.startswith(f"{PATH}/"):
        return partial(begin_patch, named, path.removeprefix(f"{PATH}/"))
    return None


def _with_method(scope: Scope, headers: Mapping[bytes, bytes]) -> Scope:
    """Return the request with the method that a client means which can send only POST."""
    meant = headers.get(OVERRIDE, b"").upper()
    if scope["method"] != "POST" or meant not in OVERRIDING:
        return scope
    return {**scope, "method": meant.decode()}


def _for_thread[Result](work: Callable[[], Result]) -> Callable[[], Result]:
    """Return work that knows its request, and leaves the thread's connection fit for the next."""
    return partial(copy_context().run, _in_thread, translation.get_language() or "en", work)


def _in_thread[Result](language: str, work: Callable[[], Result]) -> Result:
    with translation.override(language):
        return with_connection(work)


def _later(code: str, detail: str) -> Problem:
    """Say that the client had better come again (503)."""
    return Problem(503, code, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _error_answer(error: Exception) -> HttpAnswer:
    """Return the answer to an error; one that nobody expects is logged."""
    if as_problem(error) is None:
        logger.error("crashed", exc_info=error)
        error = Problem(500, "internal_error", _("Something went wrong on our side."))
    return problem_answer(error).with_headers({"Connection": "close"})
