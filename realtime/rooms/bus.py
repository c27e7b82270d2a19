"""The bus between processes: messages about rooms, sent by the channel layer."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from hashlib import blake2s
from typing import TYPE_CHECKING, Any

from channels.layers import get_channel_layer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger("holobase.realtime")

MOST_WAITING = 1000
RETRY_SECONDS = 1


class RoomBus:
    """One channel of a process, in the group of each room with a connection to this process.

    One task sends all messages in order. If the layer loses one or the queue is full, the next
    heartbeat (`RoomRegistry.beat`) repairs the difference.
    """

    def __init__(self, process: str, receive: Callable[[dict[str, object]], None]) -> None:
        self.process = process
        self.receive = receive
        self.layer: Any = get_channel_layer()
        self.channel = ""
        self.waiting: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(MOST_WAITING)
        self.tasks = [asyncio.create_task(self._send_all())]

    def subscribe(self, room: str) -> None:
        """Receive a room's messages from other processes; idempotent."""
        self._enqueue(lambda: self.layer.group_add(group_name(room), self.channel))

    def unsubscribe(self, room: str) -> None:
        """Stop receiving a room's messages."""
        self._enqueue(lambda: self.layer.group_discard(group_name(room), self.channel))

    def send(self, room: str, kind: str, **members: object) -> None:
        """Send a message about a room to the other processes."""
        message = {"process": self.process, "room": room, "kind": kind, **members}
        self._enqueue(partial(self.layer.group_send, group_name(room), message))

    def _enqueue(self, work: Callable[[], Awaitable[None]]) -> None:
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(work)

    async def _send_all(self) -> None:
        await self._retry(self._open)
        self.tasks.append(asyncio.create_task(self._receive_all()))
        while True:
            work = await self.waiting.get()
            try:
                await work()
            except Exception:
                logger.exception("a message about rooms could not be sent to other processes")

    async def _receive_all(self) -> None:
        while True:
            await self._retry(self._receive_one)

    async def _open(self) -> None:
        self.channel = await self.layer.new_channel("rooms.")

    async def _receive_one(self) -> None:
        message = await self.layer.receive(self.channel)
        if message["process"] != self.process:
            self.receive(message)

    @staticmethod
    async def _retry(work: Callable[[], Awaitable[None]]) -> None:
        """Retry until it succeeds: the layer may be unreachable."""
        while True:
            try:
                await work()
            except Exception:
                logger.exception("messages about rooms can't be received from other processes")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return


def group_name(room: str) -> str:
    """Return the name of a room's group: a digest, as group names are short and take no slash."""
    return f"room.{blake2s(room.encode()).hexdigest()}"
