"""Programs from the npm registry that commands beside the suite use, at pinned versions."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from tests import node

HERE = Path(__file__).parent


def installed(name: str) -> Path:
    """Return a folder in which the packages of a folder beside this file are installed.

    It is made once for each state of their lock.
    """
    lock = (HERE / name / "package-lock.json").read_bytes()
    kept = Path(tempfile.gettempdir()) / f"holobase-{name}-{sha256(lock).hexdigest()[:16]}"
    if not (kept / "node_modules").exists():
        with tempfile.TemporaryDirectory(dir=kept.parent) as making:
            folder = Path(making) / name
            shutil.copytree(HERE / name, folder)
            command = [*node.NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, env=node.ENVIRONMENT, check=True)
            folder.rename(kept)
    return kept
