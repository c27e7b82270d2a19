"""Files that another process has opened and handed over."""

from __future__ import annotations

import os
from io import FileIO, UnsupportedOperation
from time import sleep
from typing import TYPE_CHECKING, override

from files.random_access import RandomAccessFile

if TYPE_CHECKING:
    from collections.abc import Buffer

PIECE_BYTES = 64 * 1024
"""Bytes between two pauses: those of a photo are decoded or written in most of a millisecond."""
PAUSE = 0.00005
"""Seconds of a pause, in which whoever waits for this processor gets it.

Without one a process computes on until the next tick of Linux, 4 ms on most systems, however nice
it is, and a request whose process waits for the same processor takes so much longer.
"""


class HandedFile(RandomAccessFile):
    """Reads the first `size` bytes behind a descriptor, which it closes.

    The descriptor's position is shared with whoever opened the file, and is left alone.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__(size)
        self._descriptor = descriptor

    @override
    def read_at(self, position: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, position)

    @override
    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


class PausingReader(HandedFile):
    """Pauses before each read; put a buffer of `PIECE_BYTES` in front of it."""

    @override
    def read_at(self, position: int, size: int) -> bytes:
        sleep(PAUSE)
        return super().read_at(position, size)


class PausingWriter(FileIO):
    """Pauses before each write; put a buffer of `PIECE_BYTES` in front of it.

    It keeps its descriptor to itself: Pillow would write all of a picture there in one go.
    """

    @override
    def write(self, data: Buffer, /) -> int:
        sleep(PAUSE)
        return super().write(data)

    @override
    def fileno(self) -> int:
        raise UnsupportedOperation("fileno")
