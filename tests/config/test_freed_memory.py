"""Freed memory goes back to the system, whatever is still held between its blocks."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from server.allocator import STATM

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


def has_trim() -> bool:
    """Return whether the C library gives back free pages when it is asked to."""
    return STATM.exists() and hasattr(ctypes.CDLL(None), "malloc_trim")


def megabytes_held(prepare: str) -> int:
    """Return what a process holds of 100 MB when 5 MB of them, here and there, are still used."""
    command = [sys.executable, "-c", HOLDING.format(prepare=prepare)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return int(run.stdout)


def test_freed_blocks_leave_the_process() -> None:
    assert megabytes_held("return_freed_memory()") < 20


FRAGMENTED = """
import asyncio
from server import allocator

async def main():
    allocator.TRIM_SECONDS = 0.01
    trimming = asyncio.create_task(allocator.trim_while_growing())
    await asyncio.sleep(0)  # it has seen how large the process is
    if trimming.done():
        return  # nothing to be done on this system
    before = allocator.resident_bytes()
    held = [b"x" * 100_000 for _number in range(1_000)][::20]
    assert allocator.resident_bytes() - before > 80_000_000
    async with asyncio.timeout(60):
        while allocator.resident_bytes() - before > 20_000_000:
            await asyncio.sleep(0.01)

asyncio.run(main())
"""


def test_free_pages_between_small_blocks_leave_it_as_it_grows() -> None:
    subprocess.run([sys.executable, "-c", FRAGMENTED], cwd=ROOT, check=True)


FORKED = """
import os
from server import allocator

allocator.return_freed_memory()
before = allocator.resident_bytes()
held = [b"x" * 100_000 for _number in range(1_000)][::20]
assert allocator.resident_bytes() - before > 80_000_000
allocator.trim()
child = os.fork()
if child:
    _process, status = os.waitpid(child, 0)
    raise SystemExit(os.waitstatus_to_exitcode(status))
grown = allocator.resident_bytes() - before
os._exit(0 if grown < 20_000_000 else 1)
"""


@pytest.mark.skipif(not has_trim(), reason="this C library keeps what is free")
def test_a_fork_begins_without_what_its_parent_had_freed() -> None:
    subprocess.run([sys.executable, "-c", FORKED], cwd=ROOT, check=True)
