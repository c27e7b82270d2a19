"""Variants of pictures that have yet to be made: each once, however many requests wait for it.

Those who wait hold no thread. Once a variant is there, Django's view answers as for any other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.urls import Resolver404, resolve
from django.utils import translation

from files.pictures.executor import too_many_pictures
from files.transforms.transform import NAMES
from files.transforms.variants import PAUSE, try_to_make
from files.views import MADE, stored_file, variant_to_make
from resources.byte_cache import ByteCache
from resources.connections import with_connection
from resources.http.client_networks import address_of_scope, limited_network
from resources.http.languages import language_of
from server.waiting import in_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Executor

    from files.models import Variant
    from files.views import Unmade
    from realtime.asgi_types import Scope

KNOWN_BYTES = 256 * 1024
"""Memory for the addresses of variants that were there when they were last asked for."""
NETWORKS_SHARE = 2
"""One network has half of the places to wait, a trusted address all."""
MARKS = tuple(f"{name}=".encode() for name in NAMES)


class VariantLane:
    """Has variants made for one event loop, in threads and processes of their own."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(settings.VARIANT_PROCESSES, "variants")
        self.under_way: dict[Hashable, asyncio.Task[Variant]] = {}
        self.of_network: Counter[str] = Counter()
        self.known: ByteCache[bool] = ByteCache(KNOWN_BYTES)

    async def make_first(self, scope: Scope, threads: Executor) -> Scope:
        """Return a request with the variant that it asks for, if that has to be made.

        Looks for it in one of `threads`. Raises Problem 404 when the file goes meanwhile, 503 when
        there are too many to make.
        """
        headers: dict[bytes, bytes] = dict(scope["headers"])
        key = (scope["path"], scope["query_string"], headers.get(b"accept", b""))
        if self.known.get(key):
            return scope
        unmade = await _in_thread(threads, partial(_unmade, scope))
        if unmade is not None:
            with translation.override(language_of(headers.get(b"accept-language", b""))):
                made = await self._made(unmade, limited_network(address_of_scope(scope)))
            scope = {**scope, MADE: made}
        self.known.put(key, True, sum(len(part) for part in key))
        return scope

    async def _made(self, unmade: Unmade, network: str) -> Variant:
        task = self.under_way.get(unmade)
        if task is None:
            self._require_room(network)
            task = self._begin(unmade, network)
        try:
            async with asyncio.timeout(settings.VARIANT_SECONDS):
                return await asyncio.shield(task)
        except TimeoutError:
            raise too_many_pictures() from None

    def _require_room(self, network: str) -> None:
        most = settings.VARIANTS_WAITING + settings.VARIANT_PROCESSES
        share = max(1, most // NETWORKS_SHARE) if network else most
        if len(self.under_way) >= most or self.of_network[network] >= share:
            raise too_many_pictures()

    def _begin(self, unmade: Unmade, network: str) -> asyncio.Task[Variant]:
        task = self.under_way[unmade] = asyncio.create_task(self._make(unmade))
        self.of_network[network] += 1

        def end(done: asyncio.Task[Variant]) -> None:
            # Perhaps nobody waits any more who would hear of it.
            _failure = None if done.cancelled() else done.exception()
            del self.under_way[unmade]
            self.of_network[network] -= 1
            if not self.of_network[network]:
                del self.of_network[network]

        task.add_done_callback(end)
        return task

    async def _make(self, unmade: Unmade) -> Variant:
        """Make a variant, or wait for the process that does; raises Problem 404 or 503."""
        while True:
            made = await _in_thread(self.threads, partial(try_to_make, *unmade))
            if made is not None:
                return made
            await asyncio.sleep(PAUSE)


async def _in_thread[Result](threads: Executor, work: Callable[[], Result]) -> Result:
    """Run work in a thread, which gives its connection to the database back afterwards."""
    return await in_thread(threads, partial(with_connection, work))


def is_of_variant(scope: Scope) -> bool:
    """Return whether a request may ask for a variant of a picture."""
    query: bytes = scope["query_string"]
    is_asked = scope["method"] in ("GET", "HEAD") and not scope["path"].startswith("/api/")
    return is_asked and any(mark in query for mark in MARKS)


def _unmade(scope: Scope) -> Unmade | None:
    """Return what has to be made for a request first, in a thread."""
    try:
        match = resolve(scope["path"])
    except Resolver404:
        return None
    if match.func is not stored_file:
        return None
    try:
        request = ASGIRequest(scope, BytesIO())
    except UnicodeDecodeError:  # bytes in a query that are no text
        return None
    return variant_to_make(request, match.kwargs["key"])
