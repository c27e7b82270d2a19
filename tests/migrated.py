"""Migrated databases without rows: made once per run, and copied wherever one is needed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.json_text import JsonObject


ROOT = Path(__file__).resolve().parents[1]
EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": "", "S3_BUCKET": ""}
SERVE = (sys.executable, "manage.py", "serve", "--skip-checks")
"""What serves without the start-up checks, a third of a start; a gate of its own runs them."""
FOLDER_VARIABLE = "MIGRATED_FOLDER"
TEMPLATE_VARIABLE = "MIGRATED_TEMPLATE"
FILE = "holobase.db"


def fill_with_migrated_database(folder: Path) -> None:
    """Put an empty SQLite database with all tables into a folder that has none.

    A server in it is up seconds sooner.
    """
    if not (folder / FILE).exists():
        shutil.copytree(migrated_folder(), folder, dirs_exist_ok=True)


def begin_migrated(database: JsonObject) -> None:
    """Have Django's test database, by its settings, begin as a copy of a migrated one.

    PostgreSQL copies the database that `MIGRATED_TEMPLATE` names, if there is one.
    """
    if os.environ.get("DATABASE_URL"):
        database["TEST"]["TEMPLATE"] = os.environ.get(TEMPLATE_VARIABLE)
    else:
        shutil.copy(migrated_folder() / FILE, database["TEST"]["NAME"])


@cache
def migrated_folder() -> Path:
    """Return a data folder with a migrated SQLite database; the first who asks fills it."""
    place = Path(os.environ.get(FOLDER_VARIABLE) or tempfile.mkdtemp(prefix="holobase-migrated-"))
    folder = place / "data"
    with (place / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = place / "unfinished"
            migrate(EMBEDDED | {"HOLOBASE_DATA": str(unfinished)})
            unfinished.rename(folder)
    return folder


def migrate(variables: dict[str, str]) -> None:
    """Migrate the database that environment variables name."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=True)
