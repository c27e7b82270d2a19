"""A pytest plugin, named in pyproject.toml so that it acts before Django reads its settings.

Each test process gets a data folder, a Redis and a bucket of its own, and the run leaves its counts
in a file for `tests.run`.
"""

import gc
import json
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.backends import needs_backends
from tests.cells import stood_for
from tests.migrated import FOLDER_VARIABLE

REPORT_VARIABLE = "TEST_COUNTS_FILE"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Change the variables that settings are read from.

    What is imported and collected stays to the end: until then there is no garbage to look for.
    """
    gc.disable()
    folder = tempfile.TemporaryDirectory(prefix="holobase-tests-", ignore_cleanup_errors=True)
    early_config.add_cleanup(folder.cleanup)
    os.environ["HOLOBASE_DATA"] = folder.name
    # Servers of tests are many and short-lived: those of several processes say so.
    os.environ.setdefault("SERVE_PROCESSES", "1")
    os.environ.setdefault(FOLDER_VARIABLE, folder.name)  # the workers' is the one of the run
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    for name in ("REDIS_URL", "S3_BUCKET"):
        own = os.environ.get(f"{name}_{worker.upper()}")
        if own:
            os.environ[name] = own
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector of the tests from looking through all that was collected."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what says nothing on these backends, or only what it has said on the others.

    Of many alike cells some stand for the rest (`tests.cells`).

    What serves the product goes first: it takes longest, and the rest can be shared out later.
    """
    elsewhere = {"embedded", "backend_free"} if os.environ.get("DATABASE_URL") else {"servers"}
    here: list[pytest.Item] = []
    for item in items:
        if not needs_backends(item):
            item.add_marker("backend_free")
        if all(mark.name not in elsewhere for mark in item.iter_markers()):
            here.append(item)
    kept = set(here) - stood_for(here)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = sorted((item for item in here if item in kept), key=lambda item: not _serves(item))


def _serves(item: pytest.Item) -> bool:
    return any(mark.name in ("embedded", "servers") for mark in item.iter_markers())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write down how many tests passed, failed and were skipped."""
    report = os.environ.get(REPORT_VARIABLE)
    if report:
        counts = {
            "passed": _count(terminalreporter, "passed", "xfailed"),
            "failed": _count(terminalreporter, "failed", "error", "xpassed"),
            "skipped": _count(terminalreporter, "skipped"),
        }
        Path(report).write_text(json.dumps(counts))


def _count(reporter: pytest.TerminalReporter, *kinds: str) -> int:
    return sum(len(reporter.stats.get(kind, [])) for kind in kinds)
