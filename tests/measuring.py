"""Measure coverage while tests run that count for it, and pause in the others.

Before Python 3.14, measuring makes a test cost half as much again. What paused tests reach is not
in the report: the floors hold without it.
"""

from __future__ import annotations

import os

import pytest
from coverage import Coverage

MEASURED_ON_SERVERS = ("tests/config/", "tests/files/", "tests/resources/")
"""Where tests go through code that only the servers reach. The other half measures the rest."""

UNMEASURED = ("tests/architecture/", "tests/fuzz/")
"""Where tests only read the code, or try much of what others reach already. Others have a mark."""


def is_measured(item: pytest.Item) -> bool:
    """Tell whether a test counts for the coverage."""
    if os.environ.get("DATABASE_URL"):
        return item.nodeid.startswith(MEASURED_ON_SERVERS)
    return not (item.nodeid.startswith(UNMEASURED) or item.get_closest_marker("unmeasured"))


class Measuring:
    """Pauses what pytest-cov has begun, and goes on with it."""

    coverage: Coverage | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Pause or go on before a test that differs in this from the one before."""
        running = Coverage.current()
        self.coverage = self.coverage or running
        if self.coverage is None or is_measured(item) is (running is not None):
            return
        if running is None:
            self.coverage.start()
        else:
            self.coverage.stop()
