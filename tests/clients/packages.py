"""The packages of the TypeScript client, installed once for all tests of a machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from tests import node

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "clients" / "typescript"
DECLARED = ("package.json", "package-lock.json")


class PackagesProblem(RuntimeError):
    """The packages are not there, and could not be installed; the message is npm's."""


def install_packages() -> Path:
    """Install what the client's lock file names unless it is there; return its `node_modules`.

    `tests.run` does so before the tests begin. Processes that come here at once take turns.

    Raises PackagesProblem.
    """
    folder = Path(gettempdir(), f"holobase-client-{os.geteuid()}-{_digest()}")
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            _install(folder)
    return folder / "node_modules"


def _digest() -> str:
    return sha256(b"".join((SOURCE / name).read_bytes() for name in DECLARED)).hexdigest()[:16]


def _install(folder: Path) -> None:
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    for name in DECLARED:
        shutil.copy(SOURCE / name, begun)
    installed = npm(begun, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    if installed.returncode:
        raise PackagesProblem(
            "The tests of the TypeScript client need its packages from npm's registry, once; "
            f"`npm ci` says:\n{installed.stdout}"
        )
    begun.rename(folder)


def npm(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run npm in a folder, with further environment variables; its errors are in its output."""
    return subprocess.run(
        [*node.NPM, *arguments],
        cwd=folder,
        env={**node.ENVIRONMENT, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
