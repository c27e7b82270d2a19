"""Caches bounded in bytes: what strangers send, however much of it, makes no process grow.

Keys count as much as values, since most of them are what a client wrote.
"""

from __future__ import annotations

from functools import wraps
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

OVERHEAD = 500
"""Bytes that an entry takes besides its text, roughly."""


class ByteCache[Value]:
    """The most recently used values, in so many bytes; threads may share it."""

    def __init__(self, most_bytes: int) -> None:
        self._entries: LRUCache[Hashable, tuple[int, Value]]
        self._entries = LRUCache(most_bytes, getsizeof=itemgetter(0))
        self._lock = Lock()

    @property
    def used(self) -> int:
        """Return the bytes in use."""
        return int(self._entries.currsize)

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        entries = self._entries
        with self._lock:
            # Asking first is quicker than failing.
            return entries[key][1] if key in entries else None

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value that takes `size` bytes with its key, unless that is more than there are."""
        with self._lock:
            if size + OVERHEAD <= self._entries.maxsize:
                self._entries[key] = (size + OVERHEAD, value)
            else:
                self._entries.pop(key, None)

    def drop(self, key: Hashable) -> None:
        """Keep nothing under a key."""
        with self._lock:
            self._entries.pop(key, None)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._entries.clear()


def byte_cached[*Arguments, Result](
    most_bytes: int, size: Callable[[*Arguments], int]
) -> Callable[[Callable[[*Arguments], Result]], Callable[[*Arguments], Result]]:
    """Keep what a function returns, in so many bytes; `size` tells them from its arguments."""

    def decorated(function: Callable[[*Arguments], Result]) -> Callable[[*Arguments], Result]:
        results: ByteCache[tuple[Result]] = ByteCache(most_bytes)

        @wraps(function)
        def found(*arguments: *Arguments) -> Result:
            known = results.get(arguments)
            if known is None:
                known = (function(*arguments),)
                results.put(arguments, known, size(*arguments))
            return known[0]

        return found

    return decorated
