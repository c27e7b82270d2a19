"""The hub of a process: it reads the feed once for all who listen.

The pump reads what is new, asks each distinct audience once, the cheap ones first, and hands its
events to every subscription of it. A subscription that resumes is served by the pump, too, between
two reads: so its past ends exactly where its live stream begins, with nothing twice and nothing
missing.

Audiences beyond what their member and network may have are those of a second hub, which reads for
itself, behind the first, and rests in between.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings

from realtime.audience_slices import in_order, slices
from realtime.bell import listen
from realtime.counters import counters
from realtime.per_loop import PerLoop
from realtime.revocation import recheck_affected
from realtime.subscriptions import tell
from resources import changes, feed
from resources.connections import with_connection
from resources.snapshots import read_snapshot
from resources.visibility.audiences import Verb, events_for
from resources.visibility.change_batch import ChangeBatch
from resources.visibility.dependents import TooManyError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from realtime.subscriptions import Subscription
    from resources.models import Change
    from resources.visibility.audiences import Audience, Event, HeardBySubscriber
    from resources.visibility.queries import SubscriberId

logger = logging.getLogger("holobase.realtime")

PAGE = 250
PATIENCE_SECONDS = 0.5
MOST_REPLAYED = 10_000


@dataclass(frozen=True, slots=True)
class Lane:
    """How a hub reads: its one thread and so database connection, and its rest.

    `rest` is how many seconds it does nothing for each second that it has read.
    """

    reader: ThreadPoolExecutor
    rest: float = 0.0


PROMPT = Lane(ThreadPoolExecutor(1, "feed"))
LATE = Lane(ThreadPoolExecutor(1, "late-feed"), rest=3.0)

type Listeners = dict[Audience, dict[SubscriberId, set[Subscription]]]
type Listening = Mapping[Audience, tuple[SubscriberId, ...]]
# No events at all stand for an audience that could not be asked.
type Heard = Sequence[tuple[Audience, HeardBySubscriber | None]]


class Hub:
    """Subscriptions by audience, and the position in the feed up to which all have heard."""

    def __init__(self, lane: Lane = PROMPT) -> None:
        self.lane = lane
        self.loop = asyncio.get_running_loop()
        self.live: Listeners = {}
        self.order: Sequence[Audience] | None = None
        self.joining: list[Subscription] = []
        self.entering: list[Subscription] = []
        """Those who are being taken in: no longer waiting, not live yet."""
        self.far: list[Subscription] = []
        self.approach: asyncio.Task[None] | None = None
        self.position: int | None = None
        self.caught_up_at = monotonic()
        self.bell = asyncio.Event()
        self.pump = asyncio.create_task(self._pump())
        self.listener = asyncio.create_task(listen(lambda _resources: self.bell.set()))
        changes.committed.connect(self._hear, weak=True)

    def subscribe(self, subscription: Subscription) -> None:
        """Let a subscription hear, from its position or from now on."""
        self.joining.append(subscription)
        self.bell.set()

    def unsubscribe(self, subscription: Subscription) -> None:
        """Let a subscription hear no more."""
        subscription.is_over = True
        if subscription in self.joining:
            self.joining.remove(subscription)
        by_subscriber = self.live.get(subscription.audience, {})
        listeners = by_subscriber.get(subscription.subscriber, set())
        listeners.discard(subscription)
        if not listeners:
            by_subscriber.pop(subscription.subscriber, None)
        if not by_subscriber:
            self.live.pop(subscription.audience, None)
            self.order = None

    @property
    def seconds_behind(self) -> float:
        """Return the time since the hub last was at the end of the feed."""
        return monotonic() - self.caught_up_at

    def problem(self) -> str:
        """Say what keeps the hub from reading; nothing when all is well."""
        if self.pump.done():
            return "the pump has ended"
        if self.lane is PROMPT and self.seconds_behind > settings.REALTIME_STUCK_SECONDS:
            return f"the log was not read for {self.seconds_behind:.0f} seconds"
        return ""

    def ring(self) -> None:
        """Say from any thread that there may be something new."""
        self.loop.call_soon_threadsafe(self.bell.set)

    def _hear(self, **_signal: object) -> None:
        if (self.live or self.joining or self.entering) and not self.loop.is_closed():
            self.ring()

    async def _pump(self) -> None:
        while True:
            self.bell.clear()
            try:
                await self._catch_up()
            except Exception:
                logger.exception("the feed could not be read")
                await asyncio.sleep(settings.REALTIME_POLL_SECONDS)
            await self._wait()

    async def _wait(self) -> None:
        """Wait for the bell; look by oneself now and then, in case one was missed."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.bell.wait(), settings.REALTIME_POLL_SECONDS)

    async def _catch_up(self) -> None:
        """Read to the end of the feed and tell everyone, then those who have waited for that."""
        waiting, self.joining = self.joining, []
        self.entering = waiting
        try:
            here = await self._read_to_the_end()
            if waiting:
                await self._take_in(waiting, here)
        except Exception:
            self.joining = [each for each in waiting if self._still_waits(each)] + self.joining
            raise
        finally:
            self.entering = []

    def _still_waits(self, subscription: Subscription) -> bool:
        return not subscription.is_over and subscription not in self.far

    async def _read_to_the_end(self) -> int:
        """Tell everyone what is new; returns the position that all have heard up to."""
        is_behind = bool(self.live) and self.position is not None
        while is_behind:
            later = self._slices()
            first = next(later, {})
            read, heard = await self._in_thread(partial(_read_on, self.position or 0, first))
            is_behind = len(read) == PAGE  # What is committed later rings the bell.
            if read:
                await self._tell_of(read, heard, later)
                self.position = read[-1].position
                await _let_send(self.live)
        if self.position is None or not self.live:
            self.position = await self._in_thread(feed.head)
        self.caught_up_at = monotonic()
        return self.position

    def _slices(self) -> Iterator[Listening]:
        """Yield who is to be asked about: audiences are put in order when one has come or gone."""
        if self.order is None:
            self.order = in_order(self.live)
        return slices(self.order, self.live)

    async def _tell_of(
        self, read: Sequence[Change], heard: Heard, later: Iterable[Listening]
    ) -> None:
        """Tell of a page what has been asked about it, then ask the others slice by slice."""
        has_news = bool(heard)
        self._tell(heard)
        for listening in later:
            heard = await self._asked(read, listening)
            has_news |= bool(heard)
            self._tell(heard)
        if has_news:
            counters.delivered(change.at for change in read)

    async def _asked(self, read: Sequence[Change], listening: Listening) -> Heard:
        """Ask until there is an answer: nobody is told twice what others heard of the page."""
        while True:
            try:
                return await self._in_thread(partial(_heard, read, listening))
            except Exception:
                logger.exception("what audiences hear could not be asked")
                await asyncio.sleep(settings.REALTIME_POLL_SECONDS)

    async def _take_in(self, waiting: Sequence[Subscription], here: int) -> None:
        """Let those who wait hear what they have missed, and from then on live.

        Whoever has missed much comes closer first, while the others hear on.
        """
        is_resumed = any(subscription.wanted for subscription in waiting)
        earliest = await self._in_thread(feed.earliest) if is_resumed else here
        for subscription in waiting:
            subscription.begin(max(earliest, here - MOST_REPLAYED), here)
        near = [each for each in waiting if here - each.since.position <= PAGE]
        self.far += [each for each in waiting if here - each.since.position > PAGE]
        if self.far and (self.approach is None or self.approach.done()):
            self.approach = asyncio.create_task(self._approach(here))
        await self._replay(near, here)
        for subscription in near:
            if not subscription.is_over:
                subscription.told("subscribed", cursor=str(here))
                _join(self.live, subscription)
                self.order = None

    async def _approach(self, here: int) -> None:
        """Bring those who have missed much as far as here, at the pace at which they can hear."""
        far, self.far = self.far, []
        try:
            await self._replay(far, here)
        except Exception:
            logger.exception("the feed could not be read for those who come back")
            await asyncio.sleep(settings.REALTIME_POLL_SECONDS)
        self.joining += [each for each in far if not each.is_over]
        self.bell.set()

    async def _replay(self, missing: Sequence[Subscription], until: int) -> None:
        """Tell several subscriptions what they have missed, asking once for all of them."""
        position = min((each.since.position for each in missing), default=until)
        counters.replays += sum(each.since.position < until for each in missing)
        while position < until:
            by_audience = _by_audience(missing)
            listening = _listening(by_audience)
            read, heard = await self._in_thread(partial(_read_past, position, until, listening))
            for audience, events in heard:
                for subscriber, subscriptions in by_audience[audience].items():
                    _tell_late(subscriptions, _own(events, subscriber))
            position = read or until
            for subscription in missing:
                subscription.reached(position)
            await _let_send(by_audience)

    def _tell(self, heard: Heard) -> None:
        for audience, events in heard:
            alike: dict[int, tuple[Sequence[Event] | None, list[Subscription]]] = {}
            for subscriber, listeners in self.live.get(audience, {}).items():
                own = _own(events, subscriber)
                counters.events += len(own or ())
                alike.setdefault(id(own), (own, []))[1].extend(listeners)
            for own, together in alike.values():
                _tell_all(together, own)

    async def _in_thread[R](self, work: Callable[[], R]) -> R:
        started = monotonic()
        result = await self.loop.run_in_executor(self.lane.reader, with_connection, work)
        if self.lane.rest:
            await asyncio.sleep(self.lane.rest * (monotonic() - started))
        return result


def _own(events: HeardBySubscriber | None, subscriber: SubscriberId) -> Sequence[Event] | None:
    return None if events is None else events.get(subscriber, ())


def _tell_all(listeners: Collection[Subscription], events: Sequence[Event] | None) -> None:
    if events is None:
        for subscription in listeners:
            subscription.told("reset")
    for event in events or ():
        tell(listeners, event)
    counters.deliveries += len(events or ()) * len(listeners)


def _tell_late(late: Iterable[Subscription], events: Sequence[Event] | None) -> None:
    """Tell each what it has not heard yet, which may begin in the middle."""
    for subscription in late:
        told = subscription.since.told
        missed = events and [_as_late(event, told) for event in events if event.position > told]
        counters.events += len(missed or ())
        _tell_all([subscription], missed)


def _as_late(event: Event, told: int) -> Event:
    """A record that was made before the position from which somebody resumes is not made again."""
    if event.verb is Verb.CREATE and event.first_position <= told:
        return event._replace(verb=Verb.ENTER)
    return event


def _by_audience(subscriptions: Iterable[Subscription]) -> Listeners:
    by_audience: Listeners = {}
    for each in subscriptions:
        if not each.is_over:
            _join(by_audience, each)
    return by_audience


def _join(listeners: Listeners, subscription: Subscription) -> None:
    by_subscriber = listeners.setdefault(subscription.audience, {})
    by_subscriber.setdefault(subscription.subscriber, set()).add(subscription)


def _listening(listeners: Listeners) -> Listening:
    """Return who is to be asked about, in a form that can go to another thread."""
    return {audience: tuple(subscribers) for audience, subscribers in listeners.items()}


async def _let_send(listeners: Listeners) -> None:
    """Wait until what was told is under way to the clients, but for slow ones not long."""
    outboxes = {
        each.outbox
        for by_subscriber in listeners.values()
        for subscriptions in by_subscriber.values()
        for each in subscriptions
    }
    until = monotonic() + PATIENCE_SECONDS
    while any(outbox.is_filling() for outbox in outboxes) and monotonic() < until:
        await asyncio.sleep(0.01)


def _read_on(start: int, listening: Listening) -> tuple[Sequence[Change], Heard]:
    """Read the next page; returns its changes, none at the end, and what audiences hear of them.

    Here it is found, too, whose access has changed in another process.
    """
    read = feed.changes_after(start, most=PAGE)
    recheck_affected(read)
    return read, _heard(read, listening)


def _read_past(start: int, until: int, listening: Listening) -> tuple[int | None, Heard]:
    """Read a page of what live subscriptions have heard already."""
    read = [each for each in feed.changes_after(start, most=PAGE) if each.position <= until]
    return (read[-1].position if read else None), _heard(read, listening)


def _heard(read: Sequence[Change], listening: Listening) -> Heard:
    if not read or not listening:
        return ()
    with read_snapshot():
        batch = ChangeBatch(read)
        heard = [
            (each, _events(each, subscribers, batch)) for each, subscribers in listening.items()
        ]
    return [(audience, events) for audience, events in heard if events != {}]


def _events(
    audience: Audience, subscribers: tuple[SubscriberId, ...], batch: ChangeBatch
) -> HeardBySubscriber | None:
    """Return an audience's events; one that fails must not keep the others from hearing."""
    try:
        return events_for(audience, subscribers, batch)
    except TooManyError:
        return None
    except Exception:
        logger.exception("an audience of %s could not be asked", audience.resource)
        return None


hub = PerLoop(Hub)
late_hub = PerLoop(partial(Hub, LATE))


def known_hubs() -> Sequence[Hub]:
    """Return the hubs to threads that only look; none before somebody listens."""
    return [*hub.known(), *late_hub.known()]
