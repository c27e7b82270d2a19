"""What happens in rooms, carried between processes by the channel layer."""

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


class Wire:
    """One channel of a process: it is in the group of each room that has somebody here.

    Everything is sent in order by one task. What the layer loses, or what is too much for it, the
    next beat of the rooms makes good.
    """

    def __init__(self, process: str, hear: Callable[[dict[str, Any]], None]) -> None:
        self.process = process
        self.hear = hear
        self.layer: Any = get_channel_layer()
        self.channel = ""
        self.waiting: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue(MOST_WAITING)
        self.tasks = [asyncio.create_task(self._send_all())]

    def tune_in(self, room: str) -> None:
        """Hear what happens in a room elsewhere; harmless when it is heard already."""
        self._do(lambda: self.layer.group_add(group_of(room), self.channel))

    def tune_out(self, room: str) -> None:
        """Hear of a room no more."""
        self._do(lambda: self.layer.group_discard(group_of(room), self.channel))

    def send(self, room: str, kind: str, **members: Any) -> None:
        """Tell the other processes what happens in a room here."""
        message = {"process": self.process, "room": room, "kind": kind, **members}
        self._do(partial(self.layer.group_send, group_of(room), message))

    def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        with suppress(asyncio.QueueFull):
            self.waiting.put_nowait(work)

    async def _send_all(self) -> None:
        await self._persist(self._open)
        self.tasks.append(asyncio.create_task(self._hear_all()))
        while True:
            work = await self.waiting.get()
            try:
                await work()
            except Exception:
                logger.exception("rooms could not be told to other processes")

    async def _hear_all(self) -> None:
        while True:
            await self._persist(self._hear_one)

    async def _open(self) -> None:
        self.channel = await self.layer.new_channel("rooms.")

    async def _hear_one(self) -> None:
        message = await self.layer.receive(self.channel)
        if message["process"] != self.process:
            self.hear(message)

    @staticmethod
    async def _persist(work: Callable[[], Awaitable[None]]) -> None:
        """Try until it succeeds: the layer may be away."""
        while True:
            try:
                await work()
            except Exception:
                logger.exception("rooms of other processes can't be heard")
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return


def group_of(room: str) -> str:
    """Name a room's group: names of groups are short and know no slash."""
    return f"room.{blake2s(room.encode()).hexdigest()}"
