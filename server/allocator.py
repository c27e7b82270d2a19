"""Makes freed memory go back to the system (glibc, mallopt(3))."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BYTES = 256 * 1024
"""Blocks from here on, such as bodies and pages, are mapped by themselves and unmapped when freed.

By default the limit grows with the largest block that was freed, up to 32 MiB; blocks below it stay
in the heap, where one that is still used keeps all before it.
"""
ARENAS = 2
"""Heaps that threads share, instead of eight for each processor: only one thread runs at a time."""


def return_freed_memory() -> None:
    """Set the limits of this process and its forks; other C libraries have none to set."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(M_ARENA_MAX, ARENAS)
