"""Processes that write to the same SQLite file take turns."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from server.sqlite.write_lock import WriteLock

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
GREEDY = """
import sys, time
from server.sqlite.write_lock import WriteLock
lock, taken = WriteLock(sys.argv[1], 60), 0
while True:
    lock.acquire()
    print(taken := taken + 1, flush=True)
    time.sleep(float(sys.argv[2]))
    lock.release()
    time.sleep(0.0005)  # as it takes to answer and to hear of the next write
"""
PATIENT = 60.0


@contextmanager
def greedy_process(database: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Run a process that takes turn after lock, each for so long; it has the first one already."""
    command = [sys.executable, "-c", GREEDY, str(database), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()


def test_a_process_that_always_writes_keeps_nobody_out(tmp_path: Path) -> None:
    lock = WriteLock(str(tmp_path / "db"), PATIENT)
    with greedy_process(tmp_path / "db", 0.005) as other:
        for _attempt in range(20):
            lock.acquire()
            lock.release()
        other.kill()
        assert other.stdout
        others = len(other.stdout.readlines())
    assert others <= 200, "it had the lock more than ten times for each of ours"


def test_the_write_lock_of_a_process_that_dies_is_free(tmp_path: Path) -> None:
    lock = WriteLock(str(tmp_path / "db"), PATIENT)
    with greedy_process(tmp_path / "db", 3600) as other:
        other.kill()
        lock.acquire()
    lock.release()


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    impatient, patient = (
        WriteLock(str(tmp_path / "db"), 0.1),
        WriteLock(str(tmp_path / "db"), PATIENT),
    )
    with greedy_process(tmp_path / "db", 3600):
        began = monotonic()
        impatient.acquire()
        assert 0.1 <= monotonic() - began < PATIENT
        impatient.release()
        impatient.acquire()  # that gave back nothing of the other's
        assert monotonic() - began >= 0.2
        impatient.release()
    patient.acquire()
    patient.release()
