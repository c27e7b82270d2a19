"""The doorbell between processes: it says that the log has grown, and by changes of what.

Whatever it fails to say is found by the hubs' own looking, so it may be lost, merged or doubled.
"""

from __future__ import annotations

import asyncio
import logging
import os
from functools import cache
from secrets import token_hex
from threading import Lock, Thread
from typing import TYPE_CHECKING, cast, override

from channels.layers import InMemoryChannelLayer, get_channel_layer

from resources import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from channels.layers import BaseChannelLayer

    from resources.models import Change

logger = logging.getLogger("holobase.realtime")

GROUP = "changes"
PAUSE = 0.01
"""Seconds in which any number of changes ring once."""
CARRY_SECONDS = 5.0
REST = 1.0
"""Seconds after which a lost connection is tried again."""


class Ringer(Thread):
    """Rings for all threads of this process, from an event loop of its own."""

    def __init__(self) -> None:
        super().__init__(name="bell", daemon=True)
        self.loop = asyncio.new_event_loop()
        self.wanted = asyncio.Event()
        self.changed: set[str] = set()
        self.lock = Lock()
        self.start()

    def ring(self, resource: str) -> None:
        """Ring soon for a change of a resource; the first one wakes the thread."""
        with self.lock:
            is_first = not self.changed
            self.changed.add(resource)
        if is_first:
            self.loop.call_soon_threadsafe(self.wanted.set)

    def carry(self, work: Coroutine[object, object, None]) -> None:
        """Wait for what the thread's loop does; raises TimeoutError, or what went wrong."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result(CARRY_SECONDS)

    @override
    def run(self) -> None:
        """Ring whenever it is wanted."""
        self.loop.run_until_complete(self._ring_for_ever())

    async def _ring_for_ever(self) -> None:
        layer = cast("BaseChannelLayer", get_channel_layer())
        while True:
            await self.wanted.wait()
            self.wanted.clear()
            with self.lock:
                resources, self.changed = sorted(self.changed), set()
            message = {"type": "changes.made", "by": _sender(os.getpid()), "resources": resources}
            try:
                await layer.group_send(GROUP, message)
            except Exception as failure:  # noqa: BLE001 - whatever the layer's driver raises
                logger.warning("the bell is out of order: %s", failure)
            await asyncio.sleep(PAUSE)


async def listen(hear: Callable[[Sequence[str]], object]) -> None:
    """Call `hear` with the resources that changed whenever another process has rung."""
    layer = cast("BaseChannelLayer", get_channel_layer())
    while is_shared():
        try:
            channel = await layer.new_channel()
            await layer.group_add(GROUP, channel)
            while True:
                message = await layer.receive(channel)
                if message["by"] != _sender(os.getpid()):
                    hear(message["resources"])
        except Exception as failure:  # noqa: BLE001 - whatever the layer's driver raises
            logger.warning("the bell can't be heard: %s", failure)
            await asyncio.sleep(REST)


def is_shared() -> bool:
    """Return whether there are other processes to ring for."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


def carry(work: Coroutine[object, object, None]) -> None:
    """Do something with the layer from any thread and wait for it, on a lasting connection.

    Raises TimeoutError, or what went wrong.
    """
    _ringer(os.getpid()).carry(work)


def ring_others(change: Change, **_signal: object) -> None:
    """Hear of a committed change and ring for the other processes."""
    if is_shared():
        _ringer(os.getpid()).ring(change.resource)


@cache
def _sender(_process: int) -> str:
    """Return the name that this process rings by."""
    return token_hex(8)


@cache
def _ringer(_process: int) -> Ringer:
    """Return this process's ringer; one that came along by a fork has no thread."""
    return Ringer()


changes.committed.connect(ring_others)
