"""Where pictures are decoded: in few processes, within budgets of pixels, time and memory.

Requests wait in their own threads for a process and for room among the pixels that are decoded at
once. Who finds too many waiting, or waits too long, is turned away.
"""

from __future__ import annotations

import atexit
import fcntl
from contextlib import contextmanager, suppress
from functools import cache
from threading import Condition
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from files.pictures.client import NOTHING_ELSE, PictureProcess, ProcessEndedError
from files.pictures.picture import Picture, PictureError
from resources.api import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from files.pictures.picture import Rendering

PICTURES = "files.pictures.process"
RETRY_SECONDS = 5
LARGE_PIXELS = 4_000_000
BETWEEN_TRIES = 0.02
"""Seconds between two tries to have the turn of large pictures."""


class Allowance:
    """An amount that several threads share; whoever wants more than that takes all of it."""

    def __init__(self, amount: int) -> None:
        self._amount = self._free = amount
        self._changed = Condition()

    @contextmanager
    def taken(self, amount: int, deadline: float) -> Iterator[None]:
        """Hold a part of it, once that is free; raises Problem 503 when it is not in time."""
        amount = min(amount, self._amount)
        with self._changed:
            seconds = max(0.0, deadline - monotonic())
            if not self._changed.wait_for(lambda: self._free >= amount, seconds):
                raise too_many_pictures()
            self._free -= amount
        try:
            yield
        finally:
            with self._changed:
                self._free += amount
                self._changed.notify_all()


class LargePictureTurn:
    """One large picture is decoded at a time, whichever process of this machine does it (flock(2)).

    Each serving process has decoders of its own; their memory together would grow with the cores.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def taken(
        self, pixels: int, deadline: float, before_waiting: Callable[[], None]
    ) -> Iterator[None]:
        """Hold the turn for a large picture; raises Problem 503 when it does not come in time."""
        if pixels <= LARGE_PIXELS:
            yield
            return
        with self.path.open("wb") as file:
            if not _is_locked(file):
                before_waiting()
                _wait_for(file, deadline)
            yield


def _wait_for(file: IO[bytes], deadline: float) -> None:
    while not _is_locked(file):
        if monotonic() > deadline:
            raise too_many_pictures()
        sleep(BETWEEN_TRIES)


def _is_locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class PictureExecutor:
    """Decodes pictures in a number of processes, and no more pixels at once than are given.

    `module` is what the processes run.
    """

    def __init__(
        self, *, processes: int, waiting: int, pixels: Allowance, module: str = PICTURES
    ) -> None:
        self._module = module
        self._places = Allowance(processes + waiting)
        self._processes = Allowance(processes)
        self._pixels = pixels
        self._turn = LargePictureTurn(settings.DATA_DIR / "large-picture.lock")
        self._idle: list[PictureProcess] = []

    def run(self, upload: BinaryIO) -> Picture:
        """Decode an upload, of which nothing is read before its turn, and write it anew.

        Raises PictureError for one that is not taken, Problem 503 when there is no room for it.
        """
        deadline = monotonic() + settings.PICTURE_SECONDS
        with self._process_for(upload, deadline) as process:
            return process.rewritten(monotonic() + settings.PICTURE_SECONDS)

    def render(self, stored: BinaryIO, rendering: Rendering, seconds: float) -> bytes:
        """Return a rendering of a stored picture, made in so many seconds; raises as `run`."""
        return self.ask(stored, {"rendering": rendering._asdict()}, seconds)

    def ask(self, stored: BinaryIO, question: Mapping[str, object], seconds: float) -> bytes:
        """Return what a question makes of stored pictures in so many seconds; raises as `run`.

        The question is the name of what is made, with its details, as JSON can hold them.
        """
        deadline = monotonic() + seconds
        with self._process_for(stored, deadline, question) as process:
            return process.rendered(deadline)

    @contextmanager
    def _process_for(
        self, content: BinaryIO, deadline: float, question: Mapping[str, object] = NOTHING_ELSE
    ) -> Iterator[PictureProcess]:
        """Hold a process that has read a picture's header, and room for its pixels."""
        with self._places.taken(1, monotonic()), self._processes.taken(1, deadline):
            try:
                process, pixels = self._asked(content, deadline, question)
                try:
                    # To wait for others' large pictures takes longer than to start anew, and a
                    # process for each core would take memory meanwhile.
                    with (
                        self._turn.taken(pixels, deadline, before_waiting=process.end),
                        self._pixels.taken(pixels, deadline),
                    ):
                        if process.has_ended:
                            process, _pixels = self._asked(content, deadline, question)
                        yield process
                finally:
                    self._give_back(process)
            except ProcessEndedError:
                raise PictureError("too_costly") from None

    def _asked(
        self, content: BinaryIO, deadline: float, question: Mapping[str, object]
    ) -> tuple[PictureProcess, int]:
        """Return a process that has read a picture's header, and how many pixels decoding takes."""
        if self._idle:
            # It may have ended, as it had nothing to do for a while.
            with suppress(ProcessEndedError):
                return self._asked_of(self._idle.pop(), content, deadline, question)
        return self._asked_of(PictureProcess(self._module), content, deadline, question)

    def _asked_of(
        self,
        process: PictureProcess,
        content: BinaryIO,
        deadline: float,
        question: Mapping[str, object],
    ) -> tuple[PictureProcess, int]:
        try:
            return process, process.pixels_of(content, deadline, question)
        except BaseException:
            self._give_back(process)
            raise

    def _give_back(self, process: PictureProcess) -> None:
        """Keep a process for the next picture, unless it is still at this one or lacked memory."""
        if process.is_idle:
            self._idle.append(process)
        else:
            process.end()

    def end(self) -> None:
        """End the processes that have nothing to do; others end when nobody waits for them."""
        while self._idle:
            self._idle.pop().end()


def too_many_pictures() -> Problem:
    """Say that there is no room for another picture at the moment (503)."""
    detail = _("Too many pictures are being read at the moment. Try again.")
    return Problem(503, "busy", detail, headers={"Retry-After": str(RETRY_SECONDS)})


@cache
def picture_executor() -> PictureExecutor:
    """Return this process's executor of uploads; its processes start when the first one comes."""
    return new_executor(settings.PICTURE_PROCESSES, settings.PICTURES_WAITING)


@cache
def variant_executor() -> PictureExecutor:
    """Return this process's executor of variants, which wait for no upload, nor uploads for them.

    Whoever asks it keeps no more of them waiting than there are processes.
    """
    return new_executor(settings.VARIANT_PROCESSES, settings.VARIANT_PROCESSES)


def new_executor(processes: int, waiting: int, module: str = PICTURES) -> PictureExecutor:
    """Return an executor that shares the budget of pixels, and ends with this process."""
    executor = PictureExecutor(
        processes=processes, waiting=waiting, pixels=_pixels(), module=module
    )
    atexit.register(executor.end)
    return executor


@cache
def _pixels() -> Allowance:
    """Return the pixels that may be decoded at once, of uploads and of stored pictures.

    A larger picture is decoded alone.
    """
    return Allowance(settings.PICTURE_PIXELS_AT_ONCE)
