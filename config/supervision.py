"""Child processes that are started again when they die, and end with their parent."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from threading import Event, Lock, Thread
from typing import override

from django.conf import settings

from config.background import new_worker_id
from server.back_off import BackOff

logger = logging.getLogger("holobase.supervision")


supervised: set[SupervisedWorker] = set()
"""The workers that this process keeps running: it knows first when one has died."""


def is_worker_running() -> bool:
    """Return whether this process keeps a worker beside it that runs just now."""
    return any(worker.is_running() for worker in list(supervised))


class SupervisedWorker(Thread):
    """Keeps one background worker running beside this process.

    The worker holds the reading end of a pipe, whose writing end only this process has: however
    this process ends, the worker reads the end of the pipe and ends, too.
    """

    def __init__(self) -> None:
        super().__init__(name="supervisor", daemon=True)
        self.is_over = Event()
        self.lock = Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.worker_id = ""
        self.theirs, self.ours = os.pipe()

    @override
    def run(self) -> None:
        """Start the worker whenever there is none."""
        supervised.add(self)
        back_off = BackOff()
        while process := self._start():
            back_off.begin()
            status = process.wait()
            if not self.is_over.is_set():
                pause = back_off.next()
                logger.error("the worker ended with %d and starts again in %s s", status, pause)
                self.is_over.wait(pause)

    def end(self) -> None:
        """Ask the worker to end after the task that it is at, and wait for that."""
        supervised.discard(self)
        with self.lock:
            self.is_over.set()
            if self.process:
                self.process.terminate()
        self.join()
        os.close(self.ours)
        os.close(self.theirs)

    def is_running(self) -> bool:
        """Return whether the worker runs just now."""
        process = self.process
        return process is not None and process.poll() is None

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self.lock:
            if self.is_over.is_set():
                return None
            former, self.worker_id = self.worker_id, new_worker_id()
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*self._command(), "--replaces", former, "--worker-id", self.worker_id],
                cwd=settings.BASE_DIR,
                pass_fds=[self.theirs],
                # Ctrl-C is for this process, which then ends the worker.
                process_group=0,
            )
            return self.process

    def _command(self) -> list[str]:
        # The server has checked everything already.
        command = [sys.executable, "manage.py", "run_worker", "--skip-checks"]
        return [*command, "--parent", str(self.theirs)]
