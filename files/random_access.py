"""Files that are read at any place, such as part of another file or an object in a bucket."""

from __future__ import annotations

import io
import os
from abc import abstractmethod
from typing import TYPE_CHECKING, override

if TYPE_CHECKING:
    from collections.abc import Buffer


class RandomAccessFile(io.RawIOBase):
    """A file of a known size whose bytes `read_at` gives, and whose position is its own."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.position = 0

    @abstractmethod
    def read_at(self, position: int, size: int) -> bytes:
        """Return so many bytes from a position on, all of them within the file."""

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.position, os.SEEK_END: self.size}[whence]
        self.position = max(0, start + offset)
        return self.position

    @override
    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer).cast("B")
        wanted = min(len(room), self.size - self.position)
        if wanted <= 0:
            return 0
        piece = self.read_at(self.position, wanted)
        room[: len(piece)] = piece
        self.position += len(piece)
        return len(piece)
