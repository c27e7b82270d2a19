"""The TypeScript client in a folder of its own, with its packages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import node
from tests.migrated import migrated_folder

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "clients" / "typescript"
# What npm says when it reaches no registry.
UNREACHABLE = re.compile(
    r"E(AI_AGAIN|NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|NOTCACHED)"
)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the client to a folder where its packages can be installed; install them, build it."""
    folder = tmp_path_factory.mktemp("clients") / "typescript"
    made = shutil.ignore_patterns("node_modules", "dist", "build")
    shutil.copytree(SOURCE, folder, ignore=made)
    installed = npm(folder, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    if installed.returncode and UNREACHABLE.search(installed.stdout):
        pytest.skip("The npm registry can't be reached.")
    assert installed.returncode == 0, installed.stdout
    built = npm(folder, "run", "build")
    assert built.returncode == 0, built.stdout
    return folder


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run npm in a folder, with standard error among its output."""
    ours = {
        "HOLOBASE_ROOT": str(ROOT),
        "HOLOBASE_PYTHON": sys.executable,
        "HOLOBASE_MIGRATED": str(migrated_folder()),
    }
    return subprocess.run(
        [*node.NPM, *arguments],
        cwd=folder,
        env={**node.ENVIRONMENT, **ours},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
