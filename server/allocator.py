"""Makes freed memory go back to the system (glibc, mallopt(3), malloc_trim(3))."""

from __future__ import annotations

import asyncio
import ctypes
import os
from pathlib import Path

M_MMAP_THRESHOLD = -3
LARGE_BYTES = 256 * 1024
"""Blocks from here on, such as bodies and pages, are mapped by themselves and unmapped when freed.

By default the limit grows with the largest block that was freed, up to 32 MiB; blocks below it stay
in the heap, where one that is still used keeps all before it.
"""
TRIM_SECONDS = 2.0
GROWTH_BYTES = 1024 * 1024
"""How much a process grows before free pages between used blocks are looked for.

Looking takes a millisecond; what is not looked for stays, in each serving process.
"""
STATM = Path("/proc/self/statm")
_malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)


def return_freed_memory() -> None:
    """Fix the limit for this process and its forks; other C libraries have none to fix."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


def trim() -> None:
    """Return free pages of all heaps to the system; other C libraries than glibc keep theirs.

    Before a fork, since the fork would take them along: what a start has freed, about 30 MB, would
    be held by each process once it has been written to.
    """
    if _malloc_trim is not None:
        _malloc_trim(0)


async def trim_while_growing() -> None:
    """Return free pages of all heaps to the system when this process has grown, until cancelled.

    Threads leave them behind between blocks that are still used. It happens in a thread, without
    the GIL. Other C libraries than glibc, and systems without /proc, have nothing to do here.
    """
    if _malloc_trim is None or not STATM.exists():
        return
    least = resident_bytes()
    while True:
        await asyncio.sleep(TRIM_SECONDS)
        taken = resident_bytes()
        least = min(least, taken)
        if taken - least >= GROWTH_BYTES:
            await asyncio.to_thread(trim)
            least = resident_bytes()


def resident_bytes() -> int:
    """Return the memory of this process, on systems with /proc (proc(5))."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
