"""Data folders whose database is migrated already, so that servers in them are up sooner."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": "", "S3_BUCKET": ""}


def fill_with_migrated_database(folder: Path) -> None:
    """Put an empty SQLite database with all tables into a folder that has none."""
    if not (folder / "holobase.db").exists():
        shutil.copytree(_migrated(), folder, dirs_exist_ok=True)


@cache
def _migrated() -> Path:
    """Migrate once per test process."""
    folder = Path(tempfile.mkdtemp(prefix="holobase-migrated-"))
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    env = {**os.environ, **EMBEDDED, "HOLOBASE_DATA": str(folder)}
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return folder
