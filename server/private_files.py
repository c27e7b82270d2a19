"""Who can open what this installation writes: its own user alone."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = 0o077
FOLDERS = ("mail", "files", "secrets")
DATABASE = "holobase.db*"


def restrict_new_files() -> None:
    """Have this process and those it starts make files that only their owner can open."""
    os.umask(OTHERS)


def restrict_existing_files(data_dir: Path) -> None:
    """Take from others what older versions, a copy or another umask have let them open.

    The data folder itself may be shared with other programs, and is left as it is. Files of another
    owner are left, too.
    """
    for file in data_dir.glob(DATABASE):
        _restrict(file, FILE_MODE)
    for folder in (data_dir / name for name in FOLDERS):
        # Nobody else gets into a folder that is closed, whatever the modes inside.
        if folder.is_dir() and folder.stat().st_mode & OTHERS:
            for path in _tree(folder):
                _restrict(path, FOLDER_MODE if path.is_dir() else FILE_MODE)


def _tree(folder: Path) -> Iterator[Path]:
    """Yield everything in a folder and then the folder, so that an interrupted run is repeated."""
    yield from folder.rglob("*")
    yield folder


def _restrict(path: Path, mode: int) -> None:
    if path.is_symlink():
        return
    with suppress(PermissionError, FileNotFoundError):
        path.chmod(mode)
