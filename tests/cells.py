"""Which of many alike cells are tried on which half of the suite; `--every-cell` tries all on both.

A cell is one case of a parametrised test, or one try of an oracle. All are tried on the embedded
backends. On the real servers some stand for the rest, always the same ones, unless the test is
marked `dialect`: it is about what the two databases do differently. A test marked `strict` looks
for what PostgreSQL alone refuses, so there it is tried whole, and by some cells on SQLite.

Likewise some tests stand for the rest of a file about what reaches the database by the ORM and the
engine alone, both of which are tried whole on PostgreSQL. Those that commit are no part of that:
they are about locks and transactions.
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


BY_THE_ORM = (
    "tests/admin/",
    "tests/cards/",
    "tests/collections_app/",
    "tests/community/",
    "tests/files/test_albums.py",
    "tests/files/test_attachments.py",
    "tests/files/test_form_parts.py",
    "tests/files/test_hostile_pictures.py",
    "tests/files/test_refused_pictures.py",
    "tests/files/test_srcset.py",
    "tests/files/test_transforms.py",
    "tests/templates_app/",
    "tests/users/",
)
"""Folders and files whose subject has no SQL of its own, nor anything of the storage's kind."""


def are_sampled() -> bool:
    """Return whether some tries of an oracle stand for the rest here."""
    return bool(os.environ.get("DATABASE_URL")) and not os.environ.get(EVERY_CELL_VARIABLE)


def spread[T](tries: Iterable[T], turn: int, every: int = EVERY) -> list[T]:
    """Return each fourth try, beginning at its turn, so that all are tried in some turn.

    For what is tried over and over with every two of many things, on both halves.
    """
    if os.environ.get(EVERY_CELL_VARIABLE):
        return list(tries)
    return list(islice(tries, turn % every, None, every))


def some[T](tries: Iterable[T], turn: int, every: int = 2) -> list[T]:
    """Return all tries; where they are sampled, every second one, beginning at its turn."""
    return list(islice(tries, turn % every, None, every) if are_sampled() else tries)


def stood_for(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Return the tests that others stand for here."""
    if os.environ.get(EVERY_CELL_VARIABLE):
        return set()
    on_servers = bool(os.environ.get("DATABASE_URL"))
    alike: dict[str, list[pytest.Item]] = {}
    by_the_orm: dict[str, list[pytest.Item]] = {}
    for item in items:
        is_whole = on_servers if item.get_closest_marker("strict") else not on_servers
        if not is_whole and not item.get_closest_marker("dialect"):
            alike.setdefault(_function(item), []).append(item)
            if item.nodeid.startswith(BY_THE_ORM) and not _commits(item):
                by_the_orm.setdefault(item.nodeid.partition("::")[0], []).append(item)
    many = (cells for cells in alike.values() if len(cells) > FEW)
    # By checksum, as every fourth of a product could be of one kind.
    cells = {each for kind in many for each in kind[1:] if _is_left_out(each.nodeid)}
    tests = {
        each
        for kind in by_the_orm.values()
        for each in kind
        if _function(each) != _function(kind[0]) and _is_left_out(_function(each))
    }
    return cells | tests


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or (
        mark is not None and bool(mark.kwargs.get("transaction"))
    )


def _is_left_out(name: str) -> bool:
    return bool(crc32(name.encode()) % EVERY)
