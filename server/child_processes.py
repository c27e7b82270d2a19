"""Processes that this one started, by whichever way."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Protocol


class Child(Protocol):
    """The process that writes, as `subprocess.Popen` is one."""

    def kill(self) -> None:
        """End it at once, whatever it does."""

    def wait(self) -> object:
        """Wait until it has ended."""


class ForkedChild:
    """A process that was forked by this one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> object:
        """Wait until it has ended."""
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        return None
