"""Caches bounded in bytes: what strangers send, however much of it, makes no process grow.

Keys count as much as values, since most of them are what a client wrote.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

OVERHEAD = 500
"""Bytes that an entry takes besides its text, roughly."""


class ByteCache[Value]:
    """The most recently used values, in so many bytes; threads may share it."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.used = 0
        """The bytes in use."""
        self._entries: OrderedDict[Hashable, tuple[int, Value]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        entries = self._entries
        with self._lock:
            entry = entries.get(key)
            if entry is None:
                return None
            entries.move_to_end(key)
            return entry[1]

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep a value that takes `size` bytes with its key, unless that is more than there are."""
        size += OVERHEAD
        with self._lock:
            self._forget(key)
            if size > self.most_bytes:
                return
            while self.used + size > self.most_bytes:
                self._forget(next(iter(self._entries)))
            self._entries[key] = size, value
            self.used += size

    def drop(self, key: Hashable) -> None:
        """Keep nothing under a key."""
        with self._lock:
            self._forget(key)

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._entries.clear()
            self.used = 0

    def _forget(self, key: Hashable) -> None:
        size, _value = self._entries.pop(key, (0, None))
        self.used -= size


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
