"""Memory of large bodies goes back to the system, whatever is still held between them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOLDING = """
import os, re, subprocess
from pathlib import Path
from server.allocator import return_freed_memory

def resident():
    status = Path("/proc/self/status")  # where there is none, ps tells the same
    if status.exists():
        return int(re.search(r"VmRSS:\\s+(\\d+)", status.read_text())[1])
    return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(os.getpid())]))

{prepare}
bytearray(b"x" * 4_000_000).clear()
before = resident()
blocks = [b"x" * 500_000 for _number in range(200)]
held = blocks[::20]
del blocks
print((resident() - before) // 1024)
"""


def megabytes_held(prepare: str) -> int:
    """Return what a process holds of 100 MB when 5 MB of them, here and there, are still used."""
    command = [sys.executable, "-c", HOLDING.format(prepare=prepare)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(run.stdout)


def test_freed_blocks_leave_the_process() -> None:
    assert megabytes_held("return_freed_memory()") < 20
