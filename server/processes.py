"""Several processes as one server: forked from this one, watched, and replaced when they die.

This process serves nobody. It waits for signals: SIGTERM or SIGINT ends the server, SIGHUP replaces
the serving processes one by one, the next when the one before serves. Its children read the end of
a pipe when it is gone, however that came, and end, too.
"""

from __future__ import annotations

import logging
import os
import select
import signal
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from server.back_off import BackOff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

logger = logging.getLogger("holobase.supervision")

ENDING = (signal.SIGTERM, signal.SIGINT)
SIGNALS = (signal.SIGCHLD, signal.SIGHUP, *ENDING)
READY_SECONDS = 30.0
"""How long a new process may take until it serves, before the next one is replaced anyway."""


class Signals:
    """The signals that this process is sent, in order, whichever of its threads they meet.

    Waiting for blocked signals (`sigwait`) would miss those that meet a thread which does not block
    them: a log has one, and libraries may.
    """

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        self.seen: deque[int] = deque()

    def begin(self) -> None:
        """Take in signals from now on."""
        signal.set_wakeup_fd(self.writer, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)

    def end(self) -> None:
        """Let signals have their usual effect again, as in a new process."""
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.close(self.reader)
        os.close(self.writer)

    def next(self) -> int:
        """Wait for the next signal."""
        return self.seen.popleft() if self.seen else os.read(self.reader, 1)[0]

    def pause(self, seconds: float) -> None:
        """Wait, but no longer once this process is asked to end."""
        end = monotonic() + seconds
        while not set(ENDING).intersection(self.seen) and (left := end - monotonic()) > 0:
            if select.select([self.reader], [], [], left)[0]:
                self.seen += os.read(self.reader, 1)


class Ready:
    """How a process says that it serves; its other end is waited at by whoever started it."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()

    def say(self) -> None:
        """Say it; nobody need wait for it."""
        with suppress(BrokenPipeError):
            os.write(self.writer, b"+")

    def wait(self) -> None:
        """Wait until it has been said, or the process has ended."""
        select.select([self.reader], [], [], READY_SECONDS)
        self.leave()

    def leave(self) -> None:
        """Wait for nothing."""
        os.close(self.reader)


@dataclass
class SupervisedProcess:
    """A process that is kept running: `start` starts it and returns its process id.

    It is given what the process may say that it serves by.
    """

    name: str
    start: Callable[[Ready], int]
    back_off: BackOff = field(default_factory=BackOff)


class Supervisor:
    """Keeps the parts of a server running from `run` until a signal ends them."""

    def __init__(self) -> None:
        self.running: dict[int, SupervisedProcess] = {}
        self.signals = Signals()
        self.gone, self.here = os.pipe()

    def fork(self, work: Callable[[], None]) -> int:
        """Do work in a new process, which ends with it; return its id."""
        # What a child is sent in its first moment must not be taken for the parent's.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        process = os.fork()
        if process:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            return process
        os.close(self.here)
        os.setpgid(0, 0)  # Ctrl-C is for the parent, which then ends this one.
        self.signals.end()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        Thread(target=self._end_with_parent, name="parent", daemon=True).start()
        status = 1
        try:
            work()
            status = 0
        except Exception:
            logger.exception("crashed")
        finally:
            logging.shutdown()
            # What the parent has set up to be done at its end is not this process's to do.
            os._exit(status)

    def _end_with_parent(self) -> None:
        os.read(self.gone, 1)
        os._exit(1)

    def run(
        self,
        servers: Sequence[SupervisedProcess],
        others: Sequence[SupervisedProcess],
        end: Callable[[], None],
    ) -> None:
        """Start all parts, and return when a signal has ended them.

        The servers end first, then, after `end`, the others.
        """
        self.signals.begin()
        for part in (*others, *servers):
            self._start(part).leave()
        while (number := self.signals.next()) not in ENDING:
            if number == signal.SIGHUP:
                self.replace(servers)
            self._start_again()
        self._finish(servers)
        end()
        self._finish(others)

    def replace(self, servers: Sequence[SupervisedProcess]) -> None:
        """Replace serving processes one by one, each by one that serves already."""
        for part in servers:
            former = self._processes_of([part])
            self._start(part).wait()
            for process in former:
                del self.running[process]
                os.kill(process, signal.SIGTERM)
                os.waitpid(process, 0)

    def _start(self, part: SupervisedProcess) -> Ready:
        ready = Ready()
        part.back_off.begin()
        self.running[part.start(ready)] = part
        os.close(ready.writer)
        return ready

    def _start_again(self) -> None:
        """Start what has died, each after a pause."""
        for part, status in self._ended():
            pause = part.back_off.next()
            logger.error("%s ended with %d and starts again in %s s", part.name, status, pause)
            self.signals.pause(pause)
            self._start(part).leave()

    def _finish(self, parts: Sequence[SupervisedProcess]) -> None:
        """End some parts and wait for that; they are asked again when this process is."""
        self._terminate(parts)
        while self._processes_of(parts):
            if self.signals.next() in ENDING:
                self._terminate(parts)
            self._ended()

    def _terminate(self, parts: Sequence[SupervisedProcess]) -> None:
        for process in self._processes_of(parts):
            os.kill(process, signal.SIGTERM)

    def _processes_of(self, parts: Sequence[SupervisedProcess]) -> list[int]:
        return [process for process, part in self.running.items() if part in parts]

    def _ended(self) -> list[tuple[SupervisedProcess, int]]:
        """Return the parts that have ended, with their exit status, negative for a signal."""
        found = []
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                part = self.running.pop(ended[0], None)
                if part is not None:
                    found.append((part, os.waitstatus_to_exitcode(ended[1])))
        return found
