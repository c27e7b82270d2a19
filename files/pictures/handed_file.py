"""A file that another process has opened and handed over."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, override

if TYPE_CHECKING:
    from collections.abc import Buffer


class HandedFile(io.RawIOBase):
    """Reads the first `size` bytes behind a descriptor, which it closes.

    Its position is its own: that of the descriptor is shared with whoever opened the file.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    @override
    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer)
        wanted = max(0, min(len(room), self._size - self._position))
        piece = os.pread(self._descriptor, wanted, self._position)
        room[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    @override
    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
