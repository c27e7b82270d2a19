"""The response cache: finished responses, valid until one of their sources changes.

See `resources.execution.epochs` for how a change is noticed.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from resources.byte_cache import ByteCache

if TYPE_CHECKING:
    from collections.abc import Hashable

    from resources.answers import HttpAnswer
    from resources.execution.epochs import Epochs

EXACT_LIFETIME, NOTIFIED_LIFETIME = 30.0, 1.0
"""Longest life of a response in seconds, where no change can be missed and where one could be."""
OVERHEAD = 2_000
"""Bytes that a response takes besides its body and what was asked for, roughly.

Its headers count twice, as they are written for the wire when it is sent.
"""


class CacheCounts:
    """What was found and what was not, since the process started."""

    hits = 0
    misses = 0


counts = CacheCounts()


class _Entry(NamedTuple):
    answer: HttpAnswer
    sources: frozenset[str]
    since: int
    until: float


class ResponseCache:
    """The most recently used responses, each for at most `lifetime` seconds."""

    def __init__(self, epochs: Epochs, most_bytes: int, lifetime: float) -> None:
        self.epochs = epochs
        self.most_bytes = most_bytes
        self.lifetime = lifetime
        self.entries: ByteCache[_Entry] = ByteCache(most_bytes)

    def find(self, key: Hashable) -> HttpAnswer | None:
        """Return the response under a key if it is still valid."""
        entry = self.entries.get(key)
        if entry is None:
            counts.misses += 1
            return None
        if entry.until < monotonic() or not self.epochs.are_unchanged(entry.sources, entry.since):
            self.entries.drop(key)
            counts.misses += 1
            return None
        counts.hits += 1
        return entry.answer

    def keep(self, key: Hashable, answer: HttpAnswer, since: int, texts: int = 0) -> None:
        """Cache a response whose query began in the epoch `since`, unless it has no sources.

        `texts` is how many bytes of client text the key holds.
        """
        size = OVERHEAD + texts + len(answer.body)
        if answer.sources is None or size > self.most_bytes // 8:
            return
        until = monotonic() + self.lifetime
        self.entries.put(key, _Entry(answer, answer.sources, since, until), size)

    def clear(self) -> None:
        """Drop every response."""
        self.entries.clear()
