"""The cache in Redis or Valkey, and this process's own memory for as long as that is away.

A server that refuses or hangs costs one request a second. From then on a thread asks for it, and
everybody else uses the memory: caches begin empty, and limits, those of guessing too, count in each
process by itself. What was kept there meanwhile is found there until it runs out, so that a sign-in
in several steps can be finished when the server comes back.
"""

from __future__ import annotations

import logging
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, override

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("holobase.cache")

ANSWER_SECONDS = 0.8
LOOK_EVERY = 0.5
REMEMBERED_FOR = 15 * 60.0
"""Seconds after an outage in which what was kept in memory during it is still looked for."""


class SharedCache(BaseCache):
    """Django's cache over two others."""

    def __init__(self, server: str, params: dict[str, object]) -> None:
        super().__init__(params)
        # A connection that has ended is opened anew; one that hangs is not waited for twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
        options = {
            "SOCKET_TIMEOUT": ANSWER_SECONDS,
            "SOCKET_CONNECT_TIMEOUT": ANSWER_SECONDS,
            "CONNECTION_POOL_KWARGS": {"retry": retry},
        }
        self.shared: BaseCache = RedisCache(server, {**params, "OPTIONS": options})
        self.memory = LocMemCache("outage", params)
        self.outage = _outages.setdefault(server, Outage())

    @override
    def get(self, key: object, default: object = None, version: int | None = None) -> Any:
        found = self._ask(lambda cache: cache.get(key, _NOTHING, version))
        if found is _NOTHING and self.outage.is_remembered():
            found = self.memory.get(key, _NOTHING, version)
        return default if found is _NOTHING else found

    @override
    def has_key(self, key: object, version: int | None = None) -> bool:
        return self.get(key, _NOTHING, version) is not _NOTHING

    @override
    def set(
        self,
        key: object,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._ask(lambda cache: cache.set(key, value, timeout, version))

    @override
    def add(
        self,
        key: object,
        value: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        if self._is_in_memory(key, version):
            return False
        return bool(self._ask(lambda cache: cache.add(key, value, timeout, version)))

    @override
    def touch(
        self,
        key: object,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        is_there = bool(self._ask(lambda cache: cache.touch(key, timeout, version)))
        if self._is_in_memory(key, version):
            return self.memory.touch(key, timeout, version)
        return is_there

    @override
    def delete(self, key: object, version: int | None = None) -> bool:
        is_there = bool(self._ask(lambda cache: cache.delete(key, version)))
        if self.outage.is_remembered():
            return self.memory.delete(key, version) or is_there
        return is_there

    @override
    def incr(self, key: object, delta: int = 1, version: int | None = None) -> int:
        """Count; a counter that was begun before the server went away begins anew in memory."""
        if self._is_in_memory(key, version):
            return self.memory.incr(key, delta, version)

        def count(cache: BaseCache) -> int:
            if cache is self.memory and delta > 0:
                cache.add(key, 0, REMEMBERED_FOR, version)
            return cache.incr(key, delta, version)

        return int(self._ask(count))

    @override
    def decr(self, key: object, delta: int = 1, version: int | None = None) -> int:
        return self.incr(key, -delta, version)

    @override
    def clear(self) -> None:
        self._ask(lambda cache: cache.clear())
        self.memory.clear()

    def is_answering(self) -> bool:
        """Ask the server itself; raises RedisError."""
        self.shared.get("holobase.ready")
        return True

    def _is_in_memory(self, key: object, version: int | None) -> bool:
        """Return whether something was begun during an outage, and so goes on in memory."""
        return self.outage.is_remembered() and self.memory.has_key(key, version)

    def _ask[Result](self, work: Callable[[BaseCache], Result]) -> Result:
        if self.outage.is_on:
            return work(self.memory)
        try:
            return work(self.shared)
        except (RedisError, OSError) as failure:
            self.outage.begin(failure, self.is_answering)
            return work(self.memory)


class Outage:
    """Whether a server is away, for all threads of this process."""

    def __init__(self) -> None:
        self.is_on = False
        self.remembered_until = 0.0
        self.lock = Lock()

    def begin(self, failure: Exception, is_over: Callable[[], bool]) -> None:
        """Take the server for away until a thread finds out that it is back."""
        with self.lock:
            if self.is_on:
                return
            self.is_on = True
        logger.error("the shared cache is away: %s", failure)
        Thread(target=self._look, args=(is_over,), name="cache-watch", daemon=True).start()

    def is_remembered(self) -> bool:
        """Return whether something may still be in memory alone."""
        return self.is_on or monotonic() < self.remembered_until

    def _look(self, is_over: Callable[[], bool]) -> None:
        while not self._is_over(is_over):
            sleep(LOOK_EVERY)
        self.remembered_until = monotonic() + REMEMBERED_FOR
        self.is_on = False
        logger.warning("the shared cache is back")

    @staticmethod
    def _is_over(is_over: Callable[[], bool]) -> bool:
        try:
            return is_over()
        except (RedisError, OSError):
            return False


_NOTHING = object()
_outages: dict[str, Outage] = {}
