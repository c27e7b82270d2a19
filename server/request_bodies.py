"""Request bodies on their way in: how large, how slow and how many at once they may be."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.utils.translation import gettext as _

from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from realtime.asgi_types import Message, Receive, Scope

MEBIBYTE = 1024 * 1024
MOST_IN_MEMORY = 64 * MEBIBYTE
"""Bytes of all bodies that a process holds in memory at once."""
MOST_ON_DISK = 1024 * MEBIBYTE
"""Bytes of all bodies that a process holds in temporary files at once."""
NETWORKS_SHARE = 4
"""One network's bodies may be the fourth part of that."""
SMALL_BYTES = 64 * 1024
"""The largest body of a sign-in, or of anybody who shows no credentials."""
BYTES_PER_SECOND = 8 * 1024
"""How fast a body has to come at least, after its first seconds (`BODY_SECONDS`)."""
RETRY_SECONDS = 10
PASSING_SECONDS, PASSING_BYTES = 0.5, MEBIBYTE
"""How much of a body that is refused is still read, so that its sender reads the answer.

A network's refused bodies have as many bytes a second together, and four times that at once.
"""
MOST_NETWORKS = 4_096
CREDENTIALS = frozenset({b"authorization", b"cookie"})
SIGN_INS = ("/api/v1/auth/", "/admin/login")
WITHOUT_FILES = (b"application/json", b"application/x-www-form-urlencoded", b"text/")


class DisconnectedError(Exception):
    """The client went away before its request was whole."""


class BodyBudget:
    """The bytes that bodies may take up at once, in all and for each network."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self.of_network: Counter[str] = Counter()

    def take(self, network: str, size: int) -> None:
        """Take bytes; raises Problem 429 when the network has its share, 503 when all are taken.

        A trusted address has no network, and so no share (`limited_network`).
        """
        later = {"Retry-After": str(RETRY_SECONDS), "Connection": "close"}
        if network and self.of_network[network] + size > self.most // NETWORKS_SHARE:
            detail = _("Too much is being sent from your network at once. Try again later.")
            raise Problem(429, "too_many_bodies", detail, headers=later)
        if self.taken + size > self.most:
            detail = _("Too much is being sent at once. Try again later.")
            raise Problem(503, "too_many_bodies", detail, headers=later)
        self.taken += size
        self.of_network[network] += size

    def give_back(self, network: str, size: int) -> None:
        """Return `size` bytes to the budget when a request is over."""
        self.taken -= size
        self.of_network[network] -= size
        if self.of_network[network] <= 0:
            del self.of_network[network]


in_memory = BodyBudget(MOST_IN_MEMORY)
on_disk = BodyBudget(MOST_ON_DISK)


class IncomingBody:
    """One request's body: a context that gives its bytes back to the budget at its end."""

    def __init__(self, scope: Scope, receive: Receive, budget: BodyBudget, network: str) -> None:
        self.scope = scope
        self.receive = receive
        self.budget = budget
        self.network = network
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.budget.give_back(self.network, self.size)

    async def chunks(self, most: int) -> AsyncIterator[bytes]:
        """Yield the body as it comes, at most so many bytes.

        Raises Problem 408 when it comes too slowly, 413 when it is or says it is too large, 429 or
        503 when the budget is used up, DisconnectedError when the client goes away.
        """
        if declared_length(self.scope) > most:
            raise _too_large()
        started = asyncio.get_running_loop().time()
        is_more = True
        while is_more:
            message = await self._next(started)
            chunk: bytes = message.get("body", b"")
            if self.size + len(chunk) > most:
                raise _too_large()
            self.budget.take(self.network, len(chunk))
            self.size += len(chunk)
            yield chunk
            is_more = message.get("more_body", False)

    async def _next(self, started: float) -> Message:
        deadline = started + settings.BODY_SECONDS + self.size / BYTES_PER_SECOND
        loop = asyncio.get_running_loop()
        # Mostly it is there: then nothing is waited for, and no clock is set.
        coming = asyncio.Task(self._message(), loop=loop, eager_start=True)
        try:
            if not coming.done():
                async with asyncio.timeout_at(deadline):
                    await coming
            message: Message = coming.result()
        except TimeoutError:
            detail = _("The request came too slowly.")
            raise Problem(408, "too_slow", detail, headers={"Connection": "close"}) from None
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        return message

    async def _message(self) -> Message:
        return await self.receive()


class PassingBytes:
    """How much of refused bodies may still be read: so many bytes a second for each network."""

    def __init__(self, per_second: int, burst: int) -> None:
        self.per_second = per_second
        self.burst = burst
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, network: str, size: int, now: float) -> bool:
        """Take bytes that were read; tell whether more may be."""
        bytes_left, since = self.left.get(network, (self.burst, now))
        bytes_left = min(self.burst, bytes_left + (now - since) * self.per_second) - size
        self.left[network] = bytes_left, now
        self.left.move_to_end(network)
        if len(self.left) > MOST_NETWORKS:
            self.left.popitem(last=False)
        return bytes_left > 0


passing = PassingBytes(PASSING_BYTES, 4 * PASSING_BYTES)


async def let_pass(receive: Receive, network: str) -> None:
    """Read what comes of a body that is refused: for a moment, up to a size, within a budget.

    A connection that is closed with something unread is reset, and the client may never see the
    answer (RFC 9112, 9.6).
    """
    clock = asyncio.get_running_loop().time
    size = piece = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PASSING_SECONDS):
            while passing.take(network, piece, clock()) and size < PASSING_BYTES:
                message = await receive()
                piece = len(message.get("body", b""))
                size += piece
                if not message.get("more_body", False):
                    return


def declared_length(scope: Scope) -> int:
    """Return a request's `Content-Length`, 0 without one; raises Problem 400 for no number."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not length.isdigit() or len(length) >= len(str(2**63)):
        raise Problem(400, "malformed", _("The request can't be understood."))
    return int(length)


def most_bytes(scope: Scope) -> int:
    """Return how large a body may be: files need credentials, and sign-ins none."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if scope["path"].startswith(SIGN_INS) or not headers.keys() & CREDENTIALS:
        return SMALL_BYTES
    if headers.get(b"content-type", b"").startswith(WITHOUT_FILES):
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return settings.REQUEST_BYTES_LIMIT


def _too_large() -> Problem:
    detail = _("What was sent is too large.")
    return Problem(413, "too_large", detail, headers={"Connection": "close"})
