"""A job of many steps on one database, and workers that are killed while they do it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import NamedTuple

from chaos.jobs.work import leave_rows
from resources.models import OVER, Job, JobSignal, JobState

ROOT = Path(__file__).resolve().parents[2]
LOOKS_EVERY = 0.02
PATIENCE_SECONDS = 600.0


class Outcome(NamedTuple):
    """What came of a job: its state, the workers killed, and how often its steps happened."""

    state: str
    kills: int
    done: int
    missing: int
    repeated: int


class Workers:
    """Two real workers, which are started again, as their supervisor does it, when killed."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0
        for number in range(2):
            self.start(f"worker-{number}")

    def start(self, worker_id: str, *options: str) -> None:
        """Start a worker."""
        command = [sys.executable, "manage.py", "run_worker", "--skip-checks"]
        process = subprocess.Popen([*command, "--worker-id", worker_id, *options], cwd=ROOT)
        self.stack.callback(process.kill)
        self.running[worker_id] = process

    def kill(self, worker_id: str) -> None:
        """Kill a worker at once, and start the next."""
        process = self.running.pop(worker_id, None)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.kills += 1
            self.start(f"worker-{self.kills + 1}", "--replaces", worker_id)


def tried(steps: int, kills: int, seed: int) -> Outcome:
    """Have workers do a job, killing the one at it at so many of its steps."""
    chance = Random(seed)
    marks = sorted(chance.randint(1, steps - steps // 10) for _kill in range(kills))
    key = leave_rows.enqueue(steps).id
    end = monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        workers = Workers(stack)
        while (job := Job.objects.get(pk=key)).state not in OVER and monotonic() < end:
            done = job.checkpoint.get("loops", {}).get("rows", (0, 0))[1]
            if marks and job.state == JobState.RUNNING and done >= marks[0]:
                marks.pop(0)
                workers.kill(job.worker_id)
            sleep(LOOKS_EVERY)
    found = Counter(JobSignal.objects.filter(job=job).values_list("name", flat=True))
    return Outcome(
        state=job.state,
        kills=workers.kills,
        done=len(found),
        missing=sum(str(number) not in found for number in range(steps)),
        repeated=sum(times > 1 for times in found.values()),
    )
