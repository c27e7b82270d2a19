"""What a server and its writer say to each other: frames over a socket.

A frame is a length of four bytes, then a tuple in Python's own `marshal`, which only the same
Python has to understand. It begins with the number of the write that it asks for or answers, or
with `HELLO`, `NEWS` or `BUSY`.
"""

from __future__ import annotations

import marshal
from struct import Struct
from typing import Any

LENGTH = Struct("!I")
BUSY, HELLO, NEWS = -2, -1, 0
"""That a writer is at work; that one, by its process id, is ready; that something was committed."""


class Frames:
    """What has come through a socket, cut into frames."""

    def __init__(self) -> None:
        self.received = bytearray()

    def feed(self, data: bytes) -> None:
        """Take in what has come."""
        self.received += data

    def next(self) -> Any:
        """Return the next frame; nothing when there is no whole one."""
        received = self.received
        if len(received) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(received)[0]
        if len(received) < end:
            return None
        content = marshal.loads(received[LENGTH.size : end])  # noqa: S302 - our other half's
        del received[:end]
        return content


def frame(*content: Any) -> bytes:
    """Write a frame."""
    body = marshal.dumps(content)
    return LENGTH.pack(len(body)) + body
