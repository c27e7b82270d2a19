"""Which of many alike cells are tried on which half of the suite; `--every-cell` tries all on both.

A cell is one case of a parametrised test, or one try of an oracle. All are tried on the embedded
backends. On the real servers some stand for the rest, always the same ones, unless the test is
marked `dialect`: it is about what the two databases do differently. A test marked `strict` looks
for what PostgreSQL alone refuses, so there it is tried whole, and by some cells on SQLite.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

EVERY_CELL_VARIABLE = "EVERY_CELL"
EVERY = 4
FEW = 6
"""Up to so many cells of a test are each a case of its own; more are one case over and over."""


def are_sampled() -> bool:
    """Return whether some tries of an oracle stand for the rest here."""
    return bool(os.environ.get("DATABASE_URL")) and not os.environ.get(EVERY_CELL_VARIABLE)


def some[T](tries: Iterable[T], turn: int, every: int = 2) -> list[T]:
    """Return all tries; where they are sampled, every second one, beginning at its turn."""
    return list(islice(tries, turn % every, None, every) if are_sampled() else tries)


def stood_for(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Return the tests that others stand for here."""
    if os.environ.get(EVERY_CELL_VARIABLE):
        return set()
    on_servers = bool(os.environ.get("DATABASE_URL"))
    cells: dict[str, list[pytest.Item]] = {}
    for item in items:
        is_whole = on_servers if item.get_closest_marker("strict") else not on_servers
        if not is_whole and not item.get_closest_marker("dialect"):
            cells.setdefault(item.nodeid.partition("[")[0], []).append(item)
    many = (alike for alike in cells.values() if len(alike) > FEW)
    # By checksum, as every fourth of a product could be of one kind.
    return {each for alike in many for each in alike[1:] if crc32(each.nodeid.encode()) % EVERY}
