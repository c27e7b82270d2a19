"""The channel layer between the processes of one server, without Redis.

Each process has a mailbox, a pair of sockets that was made before the processes were forked. What
is sent to a group goes into every mailbox; each process passes on what its own channels want. As
every layer it may lose messages: what finds a mailbox full is dropped.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, override

from channels.layers import BaseChannelLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtime.asgi_types import Message

logger = logging.getLogger("holobase.layer")

MOST_BYTES = 1 << 20
"""Bytes that a mailbox holds, and a message may have."""


class Mailbox:
    """Where the other processes leave messages for one of them."""

    def __init__(self) -> None:
        self.outlet, self.inlet = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self.outlet, self.inlet):
            end.setblocking(False)
        self.inlet.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES)

    def put(self, message: bytes) -> None:
        """Leave a message; drop it where there is no room."""
        try:
            self.inlet.send(message)
        except OSError as failure:
            logger.warning("a message to another process was lost: %s", failure)


class _Boxes:
    """The mailboxes of all processes, and this process's own."""

    all: Sequence[Mailbox] = ()
    own: Mailbox | None = None


boxes = _Boxes()


class LocalLayer(BaseChannelLayer):
    """Django Channels' layer over the mailboxes (`boxes`), for one event loop of each process."""

    def __init__(self) -> None:
        super().__init__()
        self.channels: dict[str, asyncio.Queue[Message]] = {}
        """What waits in each channel of this process; as many as there are parts that listen."""
        self.groups: defaultdict[str, set[str]] = defaultdict(set)
        self.is_listening = False
        # Memory of that size for each message would cost more than all else of it.
        self.arrived = memoryview(bytearray(MOST_BYTES))

    @override
    async def new_channel(self, prefix: str = "local") -> str:
        """Return the name of a channel of this process."""
        if not self.is_listening and boxes.own is not None:
            self.is_listening = True
            asyncio.get_running_loop().add_reader(boxes.own.outlet, self._empty, boxes.own.outlet)
        name = f"{prefix}{len(self.channels)}"
        self.channels[name] = asyncio.Queue(self.capacity)
        return name

    @override
    async def receive(self, channel: str) -> Message:
        """Return the next message in a channel of this process."""
        return await self.channels[channel].get()

    @override
    async def group_add(self, group: str, channel: str) -> None:
        """Have a channel of this process receive what is sent to a group."""
        self.groups[group].add(channel)

    @override
    async def group_discard(self, group: str, channel: str) -> None:
        """Let a channel receive a group's messages no longer."""
        self.groups[group].discard(channel)
        if not self.groups[group]:
            del self.groups[group]

    @override
    async def group_send(self, group: str, message: Message) -> None:
        """Send a message to the channels of a group, in all processes."""
        packed = pickle.dumps((group, message))
        for box in boxes.all:
            box.put(packed)

    def _empty(self, outlet: socket.socket) -> None:
        """Pass on what has come into this process's mailbox."""
        with suppress(BlockingIOError):
            while True:
                size = outlet.recv_into(self.arrived)
                group, message = pickle.loads(self.arrived[:size])  # noqa: S301 - our own
                for channel in self.groups.get(group, ()):
                    # A channel that is full loses messages, as every layer may.
                    with suppress(asyncio.QueueFull):
                        self.channels[channel].put_nowait(message)
