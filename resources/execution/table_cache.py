"""A small table that every write asks for: kept in memory until the log tells of a change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import local
from time import monotonic
from typing import TYPE_CHECKING

from resources import registry
from resources.changes import committed
from resources.dialects import dialect
from resources.execution.epochs import epochs
from resources.execution.response_cache import EXACT_LIFETIME

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.models import Record


@dataclass(frozen=True, slots=True)
class _Loaded[Value]:
    value: Value
    generation: int
    epoch: int
    version: int
    until: float


class TableCache[Value]:
    """What `load` makes of a model's rows, asked for anew once one of them has changed.

    A change of this process counts at once. One of another process counts on PostgreSQL when its
    notification arrives, on SQLite with the next question: the file tells of each commit. Each
    thread keeps its own, as each has a connection that is told.
    """

    def __init__(self, model: type[Record], load: Callable[[], Value]) -> None:
        self._model = model
        self._load = load
        self._generation = 0
        self._threads = local()
        committed.connect(self._forget_committed, sender=model)

    @cached_property
    def _sources(self) -> frozenset[str]:
        return frozenset({registry.resource_of(self._model).name})

    def forget(self) -> None:
        """Load anew at the next question: rows are about to change in this transaction."""
        self._generation += 1

    def _forget_committed(self, **_signal: object) -> None:
        self._generation += 1

    def value(self) -> Value:
        """Return what the rows come to."""
        version = dialect().version()
        loaded: _Loaded[Value] | None = getattr(self._threads, "loaded", None)
        if loaded is None or not self._holds(loaded, version):
            until = monotonic() + EXACT_LIFETIME
            generation, epoch = self._generation, epochs.current
            loaded = _Loaded(self._load(), generation, epoch, version, until)
            self._threads.loaded = loaded
        return loaded.value

    def _holds(self, loaded: _Loaded[Value], version: int) -> bool:
        return (
            (loaded.generation, loaded.version) == (self._generation, version)
            and loaded.until > monotonic()
            and epochs.are_unchanged(self._sources, loaded.epoch)
        )
