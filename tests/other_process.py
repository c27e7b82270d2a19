"""A process beside this one that works on the same database, line by line."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys, django
from config import env
env.select_settings()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from resources import changes
from resources.actors import SYSTEM
{imports}
for line in map(str.strip, sys.stdin):
    {work}
    print(line, flush=True)
"""


@contextmanager
def other_process(
    imports: str, work: str, *arguments: str, database: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """Run a process that does `work` with each `line`; `sys.argv[2:]` are the arguments.

    `database` is another one than the test's.
    """
    script = SCRIPT.format(imports=imports, work=work)
    name = database or str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", script, name, *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def tell(process: subprocess.Popen[str], line: str) -> None:
    """Have the other process do its work, and wait until it is committed."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    assert process.stdout.readline().strip() == line
