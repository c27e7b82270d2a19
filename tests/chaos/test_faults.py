"""Subscribers while processes are killed and connections cut: `./holo faults`, but short."""

from __future__ import annotations

import os
import subprocess
import sys
from uuid import uuid4

import pytest

from chaos.faults.mirror import Interest, Mirror
from tests.migrated import ROOT, TEMPLATE_VARIABLE
from tests.servers import new_database

SHORT = ("--seconds=6", "--subscribers=30", "--apis=2", "--writers=4", "--seed=7", "--pause=1")
ROW = {"id": "1", "title": "Ember", "status": "published"}


@pytest.mark.servers
def test_no_subscriber_misses_anything_while_processes_are_killed() -> None:
    template = os.environ.get(TEMPLATE_VARIABLE)
    database = new_database(os.environ["DATABASE_URL"], f"faults_{uuid4().hex}", template)
    command = [sys.executable, "-m", "chaos.faults", *SHORT, f"--database={database}"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def mirror() -> Mirror:
    """Return the copy of a subscriber who has fetched one row and may see published ones."""
    mirror = Mirror(Interest("", "", "cards", "cards", shows=[{"status": "published"}]))
    mirror.subscribed("10")
    mirror.fetched({"1": ROW})
    return mirror


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        ([("update", "11", ROW), ("update", "11", ROW)], "came twice"),
        ([("update", "12", ROW), ("delete", "11", None)], "came out of order"),
        ([("update", "9", ROW)], "came out of order"),
        ([("update", "11", ROW | {"status": "draft"})], "may not be seen"),
        ([("update", "11", ROW), ("create", "12", ROW)], "create of a row that is held"),
        ([("leave", "11", ROW)], "has no fitting record"),
    ],
)
def test_the_fault_test_finds_a_wrong_event(
    mirror: Mirror, frames: list[tuple[str, str, dict[str, str] | None]], problem: str
) -> None:
    for action, cursor, record in frames:
        frame = {"action": action, "cursor": cursor, "id": "1"}
        mirror.hear(frame | ({"record": record} if record else {}))
    assert problem in [found["problem"] for found in mirror.problems]


@pytest.mark.parametrize(
    ("fresh", "problem"),
    [
        ({}, "is too many"),
        ({"1": ROW | {"title": "Tide"}}, "is old"),
        ({"1": ROW, "2": ROW}, "is missing"),
    ],
)
def test_the_fault_test_finds_a_wrong_row(
    mirror: Mirror, fresh: dict[str, dict[str, str]], problem: str
) -> None:
    assert [found["problem"] for found in mirror.differences(fresh)] == [problem]


def test_the_fault_test_takes_events_that_come_while_rows_are_fetched(mirror: Mirror) -> None:
    mirror.begin()
    mirror.hear({"action": "delete", "cursor": "11", "id": "1"})
    mirror.fetched({"1": ROW})
    assert mirror.rows == {}
    assert mirror.problems == []
