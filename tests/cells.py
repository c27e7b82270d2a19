"""Which of many alike cells are tried on which half of the suite; `--every-cell` tries all on both.

A cell is one case of a parametrised test, or one try of an oracle. When both halves are run, each
case is tried on one of them, always the same one: about a quarter on the real servers, the others
on the embedded backends, the first on both. On SQLite alone all are tried. What is marked `dialect`
is about what the two databases do differently: all its cells are tried on both. A test marked
`strict` looks for what PostgreSQL alone refuses, so there it is tried whole, and by some cells on
SQLite. The tries of an oracle are shared out like cells, by who tries what.

Likewise the tests of a file about what reaches the database by the ORM and the engine alone, both
of which are tried whole on both: about a quarter is tried on the real servers, the rest on the
embedded backends, the first on both. Those that commit are no part of that: they are about locks
and transactions.
"""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pytest

EVERY_CELL_VARIABLE = "EVERY_CELL"
BOTH_HALVES_VARIABLE = "BOTH_HALVES"
"""Tells the tests that both halves are run, so that what one tries the other need not."""
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


def spread[T](tries: Iterable[T], turn: int, every: int = EVERY) -> list[T]:
    """Return each fourth try, beginning at its turn, so that all are tried in some turn.

    For what is tried over and over with every two of many things, on both halves.
    """
    if os.environ.get(EVERY_CELL_VARIABLE):
        return list(tries)
    return list(islice(tries, turn % every, None, every))


def shared[T](tries: Iterable[T], turn: int, every: int = EVERY) -> list[T]:
    """Return what this half tries: on the real servers each fourth try, beginning at its turn.

    Where both halves are run the embedded one tries the others, and where it runs alone all.
    """
    if os.environ.get(EVERY_CELL_VARIABLE):
        return list(tries)
    is_on_servers = bool(os.environ.get("DATABASE_URL"))
    if not is_on_servers and not os.environ.get(BOTH_HALVES_VARIABLE):
        return list(tries)
    return [
        one for number, one in enumerate(tries) if (number % every == turn % every) is is_on_servers
    ]


def fewer(examples: int) -> int:
    """Return how many of always the same examples are tried here: all, but on the servers a part.

    For examples about what the databases have little part in.
    """
    is_one_of_two = os.environ.get("DATABASE_URL") and not os.environ.get(EVERY_CELL_VARIABLE)
    return examples // EVERY if is_one_of_two else examples


def stood_for(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """Return the tests that others stand for here, or that the other half of the run tries."""
    if os.environ.get(EVERY_CELL_VARIABLE):
        return set()
    alike = [item for item in items if not _has_mark(item, "dialect", "servers")]
    strict = [item for item in alike if _has_mark(item, "strict")]
    usual = [item for item in alike if not _has_mark(item, "strict")]
    if os.environ.get("DATABASE_URL"):
        return _stood_for_on_servers(usual)
    stood_for = {cell for cell in _later_cells(strict) if _is_left_out(cell.nodeid)}
    if os.environ.get(BOTH_HALVES_VARIABLE):
        there = [item for item in usual if not _has_mark(item, "embedded", "backend_free")]
        tried = {*_later_cells(there), *_later_tests(there)} - _stood_for_on_servers(there)
        stood_for |= tried
    return stood_for


def _stood_for_on_servers(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    # By checksum, as every fourth of a product could be of one kind.
    cells = {cell for cell in _later_cells(items) if _is_left_out(cell.nodeid)}
    tests = {test for test in _later_tests(items) if _is_left_out(_function(test))}
    return cells | tests


def _later_cells(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield all cells but the first of each test that has many."""
    kinds: dict[str, list[pytest.Item]] = {}
    for item in items:
        kinds.setdefault(_function(item), []).append(item)
    for cells in kinds.values():
        yield from cells[1:] if len(cells) > FEW else ()


def _later_tests(items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield all tests but the first of each file about what the ORM alone brings to a database."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.nodeid.startswith(BY_THE_ORM) and not _commits(item):
            files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    for tests in files.values():
        first = _function(tests[0])
        yield from (test for test in tests if _function(test) != first)


def _has_mark(item: pytest.Item, *names: str) -> bool:
    return any(item.get_closest_marker(name) for name in names)


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or (
        mark is not None and bool(mark.kwargs.get("transaction"))
    )


def _is_left_out(name: str) -> bool:
    return bool(crc32(name.encode()) % EVERY)
