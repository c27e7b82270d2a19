"""How many processor cores this process may use."""

import os
from math import ceil
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Microseconds in a period, as control groups (version 2) allow a container."""


def usable_cores(quota: Path = QUOTA) -> int:
    """Return the cores that are allowed to this process, at least one."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text().split()
    except (OSError, ValueError):
        return cores
    return cores if allowed == "max" else max(1, min(cores, ceil(int(allowed) / int(period))))
