"""Answers kept in memory while nothing of what they are made of has changed.

A clock ticks with every change that is committed, and remembers of each resource when it changed
last. An answer notes the time before its query began: it holds as long as none of its sources has
changed since. On SQLite the file itself tells whether anybody, in whatever process, has committed
something, and the change log tells what; so nothing kept is ever behind. On PostgreSQL the changes
of this process tick before they are answered, those of others when the bell rings, and the
lifetime is the safety net.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection

from resources import registry
from resources.byte_cache import ByteCache
from resources.changes import committed
from resources.reading.loop import loop_database

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from resources.answers import HttpAnswer
    from resources.models import Change

EXACT, HEARD = 30.0, 1.0
"""Seconds that an answer is kept at most, where changes can't be missed and where they could be."""
UNLOGGED = ""
"""The source that stands for every table that the log does not know."""
ALONE = "alone"
"""The source that changes whenever something is committed of which the log tells nothing at all."""
OVERHEAD = 1_000
"""Bytes that an answer takes besides its body and what was asked for, roughly."""
MOST_NEWS = 500
"""Changes beyond which it is not worth looking what has changed."""
CLOCKS = re.compile(r"CURRENT_(?:TIME|DATE)|STATEMENT_TIMESTAMP|NOW\(|'NOW'", re.IGNORECASE)
"""How SQL asks what time it is."""
QUOTED = re.compile(r'"(\w+)"')
NEWS = f"""
SELECT id, resource FROM resources_change WHERE id >= ? ORDER BY id DESC LIMIT {MOST_NEWS}
"""  # noqa: S608 - our own number


def sources_of(sql: str) -> frozenset[str] | None:
    """Name the resources that a statement reads, `UNLOGGED` for other tables.

    None when time alone changes what it finds.
    """
    if CLOCKS.search(sql):
        return None
    sources = _sources()
    return frozenset(sources[name] for name in QUOTED.findall(sql) if name in sources)


@cache
def _sources() -> dict[str, str]:
    """Give the source that each table is."""
    return {
        model._meta.db_table: (
            registry.resource_of(model).name if registry.is_registered(model) else UNLOGGED
        )
        for model in apps.get_models(include_auto_created=True)
    }


class Clock:
    """Counts what is committed, and remembers when each source changed last."""

    def __init__(self) -> None:
        self.now = 0
        self.changed: dict[str, int] = {}
        self.everything = 0
        self.lock = Lock()

    def tick(self, sources: Iterable[str]) -> None:
        """Note that sources have changed."""
        with self.lock:
            self.now += 1
            self.changed |= dict.fromkeys(sources, self.now)

    def hear(self, resources: Iterable[str]) -> None:
        """Note that resources have changed, and with them perhaps what the log does not know."""
        self.tick((UNLOGGED, *(set(resources) or (ALONE,))))

    def strike(self) -> None:
        """Note that anything may have changed."""
        with self.lock:
            self.now += 1
            self.everything = self.now

    def holds(self, sources: frozenset[str], since: int) -> bool:
        """Tell whether none of the sources has changed since a time."""
        changed = self.changed
        return self.everything <= since and all(
            changed.get(source, 0) <= since for source in sources
        )


class FileWatch:
    """Keeps a clock by a SQLite file, whoever writes it; for one event loop."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.version: Any = None
        self.newest = 0

    def look(self) -> None:
        """Tick for what has been committed since the last look; raises NotInLoopError."""
        database = loop_database()
        version = database.rows("PRAGMA data_version", ())
        if version == self.version:
            return
        news = database.rows(NEWS, (self.newest,))
        if news and news[-1][0] == self.newest:
            self.clock.hear({resource for _id, resource in news[:-1]})
        else:
            # This is the first look, there is too much to look through, or the log was emptied.
            self.clock.strike()
        self.version = version
        self.newest = news[0][0] if news else 0


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: HttpAnswer
    sources: frozenset[str]
    since: int
    until: float


class Kept:
    """The most recently used answers, in so many bytes, each for so many seconds at most."""

    def __init__(self, clock: Clock, room: int, lifetime: float) -> None:
        self.clock = clock
        self.room = room
        self.lifetime = lifetime
        self.answers: ByteCache[_Kept] = ByteCache(room)

    def find(self, key: Hashable) -> HttpAnswer | None:
        """Give an answer that still holds."""
        kept = self.answers.get(key)
        if kept is None:
            return None
        if kept.until < monotonic() or not self.clock.holds(kept.sources, kept.since):
            self.answers.drop(key)
            return None
        return kept.answer

    def keep(self, key: Hashable, answer: HttpAnswer, since: int, texts: int = 0) -> None:
        """Keep an answer whose query began at `since`, if it is one that may be kept.

        `texts` is how many bytes the client's words in the key take.
        """
        size = OVERHEAD + texts + len(answer.body)
        if answer.sources is None or size > self.room // 8:
            return
        until = monotonic() + self.lifetime
        self.answers.put(key, _Kept(answer, answer.sources, since, until), size)

    def clear(self) -> None:
        """Keep nothing."""
        self.answers.clear()


clock = Clock()


def _tick(change: Change, **_signal: object) -> None:
    """Hear of a committed change."""
    if connection.vendor != "sqlite":
        clock.hear((change.resource,))


committed.connect(_tick)
