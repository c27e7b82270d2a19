"""Our end of a process that decodes pictures."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from io import UnsupportedOperation
from shutil import copyfileobj
from tempfile import TemporaryFile, gettempdir
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO, cast

import orjson
from django.conf import settings

from files.pictures.frames import GO_ON, LENGTHS, head
from files.pictures.picture import Picture, PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.api import JsonObject

NOTHING_ELSE: Mapping[str, object] = {}
LEAST_SECONDS = 0.001
PIECE_BYTES = 64 * 1024
"""Bytes that are received at once at most; an answer with a small variant comes as one piece."""
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

    Pictures are handed over as open files: copying them through a socket would have this process
    wait, and its event loop wait for it, hundreds of times for each.

    `is_idle` says that it can take another one: it is at none, and no memory was lacking.
    """

    def __init__(self, module: str = "files.pictures.process") -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            # No environment: there are secrets in it.
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", module, str(settings.PICTURE_MEMORY_LIMIT)],
                cwd=settings.BASE_DIR,
                env={"LANG": "C.UTF-8", "TMPDIR": gettempdir(), **ALLOCATOR},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._received = bytearray()
        self.is_idle = True
        self._has_begun = False

    def pixels_of(
        self, upload: BinaryIO, deadline: float, question: Mapping[str, object] = NOTHING_ELSE
    ) -> int:
        """Hand a picture over, and return how many pixels decoding it takes.

        It is to be written anew, or something else is to be made of it. Raises PictureError, and
        ProcessEndedError when there is no answer.
        """
        self.is_idle = self._has_begun = False
        with _on_disk(upload) as file:
            self._say(head(question, file.seek(0, os.SEEK_END)), [file.fileno()])
        return int(self._answer(deadline)[0]["pixels"])

    def rewritten(self, deadline: float) -> Picture:
        """Let the process go on and return the picture written anew.

        Raises PictureError, and ProcessEndedError when the process ran into its limit of memory.
        """
        with ExitStack() as failing:
            content = failing.enter_context(TemporaryFile())
            header, preview = self._go_on(deadline, [content.fileno()])
            failing.pop_all()
        content.seek(0)
        return Picture(content=cast("BinaryIO", content), preview=preview, **header["picture"])

    def rendered(self, deadline: float) -> bytes:
        """Let the process go on and return what was asked for; raises as `rewritten`."""
        _header, content = self._go_on(deadline)
        return content

    @property
    def has_ended(self) -> bool:
        """Return whether the process was ended by `end`."""
        return self._process.returncode is not None

    def end(self) -> None:
        """Kill the process, whatever it is at; once it has ended, do nothing."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _go_on(self, deadline: float, descriptors: Sequence[int] = ()) -> tuple[JsonObject, bytes]:
        """Let the process go on; return the header of its answer and the body."""
        self._has_begun = True
        self._say(GO_ON, descriptors)
        answer = self._answer(deadline)
        self.is_idle = True
        return answer

    def _say(self, words: bytes, descriptors: Sequence[int]) -> None:
        self._socket.settimeout(None)
        try:
            # Not every system takes a message with a list of no descriptors.
            sent = socket.send_fds(self._socket, [words], descriptors) if descriptors else 0
            if sent < len(words):
                self._socket.sendall(words[sent:])
        except (BrokenPipeError, ConnectionResetError):
            raise ProcessEndedError from None

    def _answer(self, deadline: float) -> tuple[JsonObject, bytes]:
        """Return the header of an answer and its body; raises PictureError."""
        length, size = LENGTHS.unpack(self._heard(LENGTHS.size, deadline))
        header: JsonObject = orjson.loads(self._heard(length, deadline))
        if "error" in header:
            self.is_idle = not self._has_begun or header["error"] != "too_costly"
            raise PictureError(header["error"])
        return header, self._heard(size, deadline)

    def _heard(self, size: int, deadline: float) -> bytes:
        """Return `size` bytes of an answer; raises PictureError when they don't come in time.

        What has come besides is kept: each call of the system is a chance for another thread to
        take over, for which this one waits then.
        """
        try:
            while len(self._received) < size:
                self._socket.settimeout(max(LEAST_SECONDS, deadline - monotonic()))
                piece = self._socket.recv(PIECE_BYTES)
                if not piece:
                    raise ProcessEndedError
                self._received += piece
        except TimeoutError:
            raise PictureError("too_costly") from None
        except ConnectionResetError:
            raise ProcessEndedError from None
        heard = bytes(self._received[:size])
        del self._received[:size]
        return heard


@contextmanager
def _on_disk(upload: BinaryIO) -> Iterator[BinaryIO]:
    """Yield a file with a descriptor: the upload itself, or a copy of what is in memory."""
    try:
        upload.fileno()
    except UnsupportedOperation:
        upload.seek(0)
        with TemporaryFile() as copy:
            copyfileobj(upload, copy)
            yield cast("BinaryIO", copy)
    else:
        yield upload
