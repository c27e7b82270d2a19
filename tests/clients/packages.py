"""Packages from npm's registry at the versions of a lock file, installed once for a machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from tests import node
from tests.servers import SHARED_TMP

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "clients" / "typescript"
DECLARED = ("package.json", "package-lock.json")


class PackagesProblem(RuntimeError):
    """The packages are not there, and could not be installed; the message is npm's."""


def client_packages() -> Path:
    """Return the `node_modules` of the TypeScript client's tests.

    `tests.run` asks before the tests begin. Raises PackagesProblem.
    """
    return installed(SOURCE, "--prefer-offline")


def installed(source: Path, *options: str) -> Path:
    """Install what a folder's lock file names unless it is there; return its `node_modules`.

    They stay for later runs, whose halves have a `TMPDIR` each that goes with them.
    Processes that come here at once take turns. `options` are further ones of `npm ci`.

    Raises PackagesProblem.
    """
    folder = Path(SHARED_TMP, f"holobase-{source.name}-{os.geteuid()}-{_digest(source)}")
    with folder.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            _install(source, folder, options)
    return folder / "node_modules"


def _digest(source: Path) -> str:
    return sha256(b"".join((source / name).read_bytes() for name in DECLARED)).hexdigest()[:16]


def _install(source: Path, folder: Path, options: tuple[str, ...]) -> None:
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    for name in DECLARED:
        shutil.copy(source / name, begun)
    done = npm(begun, "ci", "--no-audit", "--no-fund", *options)
    if done.returncode:
        raise PackagesProblem(
            f"What {source.relative_to(ROOT)} needs comes from npm's registry, once; "
            f"`npm ci` says:\n{done.stdout}"
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
