"""The TypeScript client in a folder of its own, with its packages."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.clients.packages import ROOT, SOURCE, client_packages, npm
from tests.migrated import migrated_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the client to a folder, with its packages beside it, and build it there."""
    folder = tmp_path_factory.mktemp("clients") / "typescript"
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
