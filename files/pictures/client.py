"""Our end of a process that decodes pictures."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from select import POLLIN, poll
from tempfile import SpooledTemporaryFile, gettempdir
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import orjson
from django.conf import settings

from files.pictures.frames import GO_ON, LENGTHS, head
from files.pictures.picture import Picture, PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOTHING_ELSE: Mapping[str, object] = {}
CHUNK = 1 << 16
IN_MEMORY = 1 << 18
"""Bytes of a picture beyond which it is put into a temporary file."""
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(8 << 20),
}
"""What makes a process give back a large picture's memory when it is done (glibc, mallopt(3)).

It keeps that of a small one, up to 8 MiB: to get it anew took a quarter of a variant's time.
"""


class ProcessEndedError(Exception):
    """The process has ended without a word about the picture."""


class PictureProcess:
    """A process that decodes one picture after the other; `module` is what it runs.

    `is_idle` says that it can take another one: it is at none, and no memory was lacking.
    """

    def __init__(self, module: str = "files.pictures.process") -> None:
        # No environment: there are secrets in it.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module, str(settings.PICTURE_MEMORY_LIMIT)],
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8", "TMPDIR": gettempdir(), **ALLOCATOR},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._source: Any = self._process.stdout
        self._target: Any = self._process.stdin
        self.is_idle = True
        self._has_begun = False

    def pixels_of(
        self, upload: BinaryIO, deadline: float, question: Mapping[str, object] = NOTHING_ELSE
    ) -> int:
        """Send a picture, piece by piece, and return how many pixels decoding it takes.

        It is to be written anew, or something else is to be made of it. Raises PictureError, and
        ProcessEndedError when there is no answer.
        """
        self.is_idle = self._has_begun = False
        self._say(head(question, upload.seek(0, os.SEEK_END)))
        upload.seek(0)
        while chunk := upload.read(CHUNK):
            self._say(chunk)
        return int(self._answer(deadline)["pixels"])

    def rewritten(self, deadline: float) -> Picture:
        """Let the process go on and return the picture written anew.

        Raises PictureError, and ProcessEndedError when the process ran into its limit of memory.
        """
        header = self._go_on(deadline)
        with ExitStack() as failing:
            content = failing.enter_context(SpooledTemporaryFile(IN_MEMORY))
            for chunk in self._heard(header["picture"]["size"], deadline):
                content.write(chunk)
            preview = b"".join(self._heard(header["preview"], deadline))
            failing.pop_all()
        content.seek(0)
        self.is_idle = True
        return Picture(content=cast("BinaryIO", content), preview=preview, **header["picture"])

    def rendered(self, deadline: float) -> bytes:
        """Let the process go on and return what was asked for; raises as `rewritten`."""
        header = self._go_on(deadline)
        content = b"".join(self._heard(header["size"], deadline))
        self.is_idle = True
        return content

    def end(self) -> None:
        """Kill the process, whatever it is at."""
        self._process.kill()
        self._process.wait()
        self._source.close()
        self._target.close()

    def _go_on(self, deadline: float) -> Mapping[str, Any]:
        self._has_begun = True
        self._say(GO_ON)
        return self._answer(deadline)

    def _say(self, words: bytes) -> None:
        rest = memoryview(words)
        try:
            while rest:
                rest = rest[os.write(self._target.fileno(), rest) :]
        except BrokenPipeError:
            raise ProcessEndedError from None

    def _answer(self, deadline: float) -> Mapping[str, Any]:
        """Return the header of an answer, whose body is still to come; raises PictureError."""
        length, _size = LENGTHS.unpack(b"".join(self._heard(LENGTHS.size, deadline)))
        header: Mapping[str, Any] = orjson.loads(b"".join(self._heard(length, deadline)))
        if "error" in header:
            self.is_idle = not self._has_begun or header["error"] != "too_costly"
            raise PictureError(header["error"])
        return header

    def _heard(self, size: int, deadline: float) -> Iterator[bytes]:
        """Yield `size` bytes of an answer; raises PictureError when they don't come in time."""
        # Not `select`, which takes no descriptor beyond 1023.
        waiting = poll()
        waiting.register(self._source.fileno(), POLLIN)
        while size:
            if not waiting.poll(max(0.0, deadline - monotonic()) * 1000):
                raise PictureError("too_costly")
            chunk = os.read(self._source.fileno(), min(CHUNK, size))
            if not chunk:
                raise ProcessEndedError
            size -= len(chunk)
            yield chunk
