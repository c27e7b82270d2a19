"""A file that another process has opened and handed over."""

from __future__ import annotations

import os
from typing import override

from files.random_access import RandomAccessFile


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
