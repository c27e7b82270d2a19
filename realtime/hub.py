"""The one hub of a process: it reads the feed once for all who listen.

The pump reads what is new, asks each distinct audience once and hands its events to every
subscription of it. A subscription that resumes is served by the pump, too, between two reads: so
its past ends exactly where its live stream begins, with nothing twice and nothing missing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from realtime.access import look_again
from realtime.bell import listen
from resources import changes, feed
from resources.streaming.audiences import events_for
from resources.streaming.batches import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from realtime.subscriptions import Subscription
    from resources.models import Change
    from resources.streaming.audiences import Audience, Event
    from resources.streaming.batches import Batch

logger = logging.getLogger("holobase.realtime")

PAGE = 500
MOST_REPLAYED = 10_000

# One thread, and so one database connection, reads for everyone.
reader = ThreadPoolExecutor(1, "feed")

# No events at all stand for an audience that could not be asked.
type Heard = Sequence[tuple[Audience, Sequence[Event] | None]]


class Hub:
    """Subscriptions by audience, and the place in the feed up to which all of them have heard."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.live: dict[Audience, set[Subscription]] = defaultdict(set)
        self.joining: list[Subscription] = []
        self.place: int | None = None
        self.bell = asyncio.Event()
        self.pump = asyncio.create_task(self._pump())
        self.listener = asyncio.create_task(listen(self.bell.set))
        changes.committed.connect(self._hear, weak=True)

    def subscribe(self, subscription: Subscription) -> None:
        """Let a subscription hear, from its place or from now on."""
        self.joining.append(subscription)
        self.bell.set()

    def unsubscribe(self, subscription: Subscription) -> None:
        """Let a subscription hear no more."""
        subscription.is_over = True
        if subscription in self.joining:
            self.joining.remove(subscription)
        listeners = self.live.get(subscription.audience, set())
        listeners.discard(subscription)
        if not listeners:
            self.live.pop(subscription.audience, None)

    def ring(self) -> None:
        """Say from any thread that there may be something new."""
        self.loop.call_soon_threadsafe(self.bell.set)

    def _hear(self, **_signal: object) -> None:
        if self.live or self.joining:
            self.ring()

    async def _pump(self) -> None:
        while True:
            self.bell.clear()
            try:
                await self._catch_up()
                await self._take_in()
            except Exception:
                logger.exception("the feed could not be read")
                await asyncio.sleep(settings.REALTIME_POLL_SECONDS)
            await self._wait()

    async def _wait(self) -> None:
        """Wait for the bell; look by oneself now and then, in case one was missed."""
        try:
            await asyncio.wait_for(self.bell.wait(), settings.REALTIME_POLL_SECONDS)
        except TimeoutError:
            return

    async def _catch_up(self) -> None:
        """Read to the end of the feed and tell everyone."""
        if self.place is None or not self.live:
            self.place = await self._in_thread(feed.head)
            return
        is_behind = True
        while is_behind:
            read, heard = await self._in_thread(partial(_read_on, self.place, list(self.live)))
            for audience, events in heard:
                self._tell(self.live.get(audience, ()), events)
            self.place = read or self.place
            is_behind = read is not None

    async def _take_in(self) -> None:
        """Let those who wait hear their past, and from then on live."""
        while self.joining:
            subscription = self.joining.pop(0)
            await self._replay(subscription)
            if not subscription.is_over:
                self.live[subscription.audience].add(subscription)

    async def _replay(self, subscription: Subscription) -> None:
        here = self.place or 0
        since = here if subscription.since is None else min(subscription.since, here)
        if not await self._in_thread(partial(_can_replay, since, here)):
            subscription.told("reset")
            since = here
        subscription.told("subscribed", cursor=str(here))
        audience = [subscription.audience]
        while since < here:
            read, heard = await self._in_thread(partial(_read_past, since, here, audience))
            for _audience, events in heard:
                self._tell([subscription], events)
            since = read or here

    @staticmethod
    def _tell(listeners: Iterable[Subscription], events: Sequence[Event] | None) -> None:
        for subscription in listeners:
            if events is None:
                subscription.told("reset")
            for event in events or ():
                subscription.hear(event)

    async def _in_thread[R](self, work: Callable[[], R]) -> R:
        return await self.loop.run_in_executor(reader, _with_connection, work)


def _with_connection[R](work: Callable[[], R]) -> R:
    try:
        return work()
    finally:
        connection.close_if_unusable_or_obsolete()


def _read_on(start: int, audiences: Sequence[Audience]) -> tuple[int | None, Heard]:
    """Read the next page; gives where it ends, None at the end, and what each audience hears.

    Here it is found, too, whose access has changed in another process.
    """
    read = feed.changes_after(start, most=PAGE)
    look_again(read)
    return _page(read, audiences)


def _read_past(start: int, until: int, audiences: Sequence[Audience]) -> tuple[int | None, Heard]:
    """Read a page of what live subscriptions have heard already."""
    read = feed.changes_after(start, most=PAGE)
    return _page([change for change in read if change.place <= until], audiences)


def _page(read: Sequence[Change], audiences: Sequence[Audience]) -> tuple[int | None, Heard]:
    return (read[-1].place if read else None), _heard(read, audiences)


def _heard(read: Sequence[Change], audiences: Sequence[Audience]) -> Heard:
    heard = [
        (audience, _events(audience, batch))
        for batch in batches(read)
        for audience in audiences
        if audience.resource is batch.resource
    ]
    return [(audience, events) for audience, events in heard if events or events is None]


def _events(audience: Audience, batch: Batch) -> Sequence[Event] | None:
    """Give an audience's events; one that can't be asked must not keep the others from hearing."""
    try:
        return list(events_for(audience, batch))
    except Exception:
        logger.exception("an audience of %s could not be asked", audience.resource)
        return None


def _can_replay(since: int, here: int) -> bool:
    return here - since <= MOST_REPLAYED and feed.reaches_back_to(since)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """Give the hub of this process's event loop, started now if it is the first that asks."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs.clear()
        _hubs[loop] = Hub()
    return _hubs[loop]
