"""The TypeScript client in a folder of its own, with its packages."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients.packages import ROOT, SOURCE, client_packages, npm
from tests.migrated import FOLDER_VARIABLE, migrated_folder


@pytest.fixture(scope="session")
def client() -> Path:
    """Return a copy of the client with its packages beside it; the run builds it once."""
    place = Path(os.environ[FOLDER_VARIABLE], "clients")
    place.mkdir(exist_ok=True)
    folder = place / "typescript"
    with (place / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            _build(place / "unfinished").rename(folder)
    return folder


def _build(folder: Path) -> Path:
    made = shutil.ignore_patterns("node_modules", "dist", "build")
    shutil.copytree(SOURCE, folder, ignore=made)
    (folder / "node_modules").symlink_to(client_packages())
    built = npm(folder, "run", "build")
    assert built.returncode == 0, built.stdout
    return folder


@pytest.fixture(scope="session")
def server_of_tests() -> dict[str, str]:
    """Return the variables by which the client's own tests start a server."""
    return {
        "HOLOBASE_ROOT": str(ROOT),
        "HOLOBASE_PYTHON": sys.executable,
        "HOLOBASE_MIGRATED": str(migrated_folder()),
    }
