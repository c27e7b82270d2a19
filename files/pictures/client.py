"""Our end of a process that decodes pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings

from files.pictures.decoding import Picture, PictureError
from files.pictures.process import GO_ON, LENGTHS, frame

if TYPE_CHECKING:
    from collections.abc import Mapping

CHUNK = 1 << 16


class ProcessEndedError(Exception):
    """The process has ended without a word about the picture."""


class PictureProcess:
    """A process that decodes one picture after the other; `is_idle` when it is at none."""

    def __init__(self) -> None:
        # No environment: there are secrets in it.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "files.pictures.process", str(settings.PICTURE_MEMORY_LIMIT)],
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._source: Any = self._process.stdout
        self._target: Any = self._process.stdin
        self.is_idle = True

    def pixels_of(self, content: bytes, deadline: float) -> int:
        """Hand a picture over and return how many pixels decoding it takes.

        Raises PictureError, and ProcessEndedError when there is no answer.
        """
        self.is_idle = False
        self._say(frame({}, content))
        header, _body = self._answer(deadline)
        return int(header["pixels"])

    def rewritten(self, deadline: float) -> Picture:
        """Let the process go on and return the picture written anew.

        Raises PictureError, and ProcessEndedError when the process ran into its limit of memory.
        """
        self._say(GO_ON)
        header, body = self._answer(deadline)
        self.is_idle = True
        return Picture(content=body, **header["picture"])

    def end(self) -> None:
        """Kill the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._source.close()
        self._target.close()

    def _say(self, words: bytes) -> None:
        rest = memoryview(words)
        try:
            while rest:
                rest = rest[os.write(self._target.fileno(), rest) :]
        except BrokenPipeError:
            raise ProcessEndedError from None

    def _answer(self, deadline: float) -> tuple[Mapping[str, Any], bytes]:
        head, size = LENGTHS.unpack(self._heard(LENGTHS.size, deadline))
        header = orjson.loads(self._heard(head, deadline))
        if "error" in header:
            self.is_idle = True
            raise PictureError(header["error"])
        return header, self._heard(size, deadline)

    def _heard(self, size: int, deadline: float) -> bytes:
        """Read `size` bytes of an answer; raises PictureError when they don't come in time."""
        # Not `select`, which takes no descriptor beyond 1023.
        waiting = poll()
        waiting.register(self._source.fileno(), POLLIN)
        heard = bytearray()
        while len(heard) < size:
            if not waiting.poll(max(0.0, deadline - monotonic()) * 1000):
                raise PictureError("too_costly")
            chunk = os.read(self._source.fileno(), min(CHUNK, size - len(heard)))
            if not chunk:
                raise ProcessEndedError
            heard += chunk
        return bytes(heard)
