"""Files that anyone may fetch, kept in memory until a change could decide otherwise.

So the second request for a public picture asks no database. A change of a row that could have shown
the file advances the epoch of its resource (`resources.execution.epochs`); where another process's
change could be missed, nothing is kept for longer than a second.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from files.models import File
from resources.api import (
    ANONYMOUS,
    EXACT_LIFETIME,
    NOTIFIED_LIFETIME,
    ByteCache,
    epochs,
    shown_plan,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 8 * 1024 * 1024
ENTRY_BYTES = 3_000
"""Bytes that a kept file takes, roughly."""
EPOCH = "holobase.epoch"
"""Where an ASGI scope has the epoch in which the server has last looked for changes."""


class _KeptFile(NamedTuple):
    file: File
    sources: frozenset[str]
    since: int
    until: float


_entries: ByteCache[_KeptFile] = ByteCache(MOST_BYTES)


def find_public(key: str, scope: Mapping[str, object]) -> File | None:
    """Return the file of a key if anyone may fetch it, as far as is known without asking.

    Only where the server has looked for changes since the request came, as `scope` says.
    """
    entry = _entries.get(key) if EPOCH in scope else None
    if entry is None or entry.until < monotonic():
        return None
    return entry.file if epochs.are_unchanged(entry.sources, entry.since) else None


def keep_public(file: File, scope: Mapping[str, object]) -> None:
    """Keep a file that anyone was found to be able to fetch after the epoch of `scope`."""
    since, sources = scope.get(EPOCH), shown_plan(File, ANONYMOUS).sources
    if not isinstance(since, int) or sources is None:
        return
    lifetime = EXACT_LIFETIME if connection.vendor == "sqlite" else NOTIFIED_LIFETIME
    entry = _KeptFile(file, sources, since, monotonic() + lifetime)
    _entries.put(file.key, entry, ENTRY_BYTES)
