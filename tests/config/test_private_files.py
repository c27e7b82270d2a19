"""What lies in the data folder can be opened by nobody else on the machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from server.private_files import restrict_existing_files, restrict_new_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINE = (
    "holobase.db",
    "holobase.db-wal",
    "holobase.db-shm",
    "mail/20261128.log",
    "files/pictures/2026/11/a.png",
    "secrets/secret_key",
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Fill a data folder as an older version would have, with everybody let in."""
    before = os.umask(0)
    for name in (*MINE, "notes.txt"):
        (tmp_path / name).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    yield tmp_path
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_others_could_open_is_closed_at_start(folder: Path) -> None:
    assert {mode(folder / name) for name in MINE} == {0o666}
    restrict_existing_files(folder)
    assert {mode(folder / name) for name in MINE} == {0o600}
    for name in ("mail", "files", "files/pictures", "files/pictures/2026/11", "secrets"):
        assert mode(folder / name) == 0o700


def test_what_is_not_ours_stays_as_it_is(folder: Path) -> None:
    before = mode(folder)
    (folder / "mail" / "elsewhere").symlink_to(folder / "notes.txt")
    restrict_existing_files(folder)
    assert (mode(folder), mode(folder / "notes.txt")) == (before, 0o666)


def test_what_is_new_is_closed_whatever_the_umask_was(folder: Path) -> None:
    restrict_new_files()
    (folder / "new").mkdir()
    (folder / "new" / "file").write_text("x")
    assert (mode(folder / "new"), mode(folder / "new" / "file")) == (0o700, 0o600)
