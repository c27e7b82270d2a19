"""One writer of SQLite for several servers: each has a line to it, which it hands in at its door.

The door is a socket that the processes have from whoever forked them. What is handed in while there
is no writer waits there for the next one.
"""

from __future__ import annotations

import asyncio
import socket
from typing import override

from server.child_processes import ForkedChild
from server.writer_frames import Frames
from server.writer_process import WriterProcess

REVIVAL_SECONDS = 0.2
"""How long a server waits before it asks for a line to the next writer."""


class UnmetChild:
    """A writer that has not said yet which process it is: it is left alone."""

    def kill(self) -> None:
        """Do nothing."""

    def wait(self) -> object:
        """Wait for nothing."""


class SharedWriter(WriterProcess):
    """A server's end of the one writer of several servers, which is started by somebody else."""

    def __init__(self, door: socket.socket) -> None:
        super().__init__(line_through(door), UnmetChild())
        self.door = door

    @override
    def met(self, process: int) -> None:
        self.child = ForkedChild(process)

    @override
    async def _revive(self) -> None:
        """Ask for a line to the next writer, which takes it up when it is there."""
        await asyncio.sleep(REVIVAL_SECONDS)
        self.child = UnmetChild()
        self.frames = Frames()
        self.line = line_through(self.door)
        await self.connect()


def line_through(door: socket.socket) -> socket.socket:
    """Return a line to the writer, and hand it the other end through its door."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(door, [b"+"], [theirs.fileno()])
    return ours
