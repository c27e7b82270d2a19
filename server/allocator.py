"""Makes freed memory go back to the system (glibc, mallopt(3))."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
LARGE_BYTES = 256 * 1024
"""Blocks from here on, such as bodies and pages, are mapped by themselves and unmapped when freed.

By default the limit grows with the largest block that was freed, up to 32 MiB; blocks below it stay
in the heap, where one that is still used keeps all before it.
"""


def return_freed_memory() -> None:
    """Fix the limit for this process and its forks; other C libraries have none to fix."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
