"""Whether the caller's environment can be used at all, asked before a long run begins."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent


def require_usable_settings() -> None:
    """End this process if a variable cannot be used; what is wrong is on standard error then."""
    command = [sys.executable, "manage.py", "version"]
    with TemporaryDirectory() as folder:
        env = {**os.environ, "HOLOBASE_DATA": folder}
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
