"""One client's interest in a topic, and the frames that it is sent about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import orjson

from resources.visibility.feed_cursor import UNREADABLE, FeedCursor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from realtime.outbox import Outbox
    from resources.visibility.audiences import Audience, Event
    from resources.visibility.queries import SubscriberId


class SubscriptionHub(Protocol):
    """Where subscriptions get their events from."""

    def subscribe(self, subscription: Subscription) -> None:
        """Deliver events to a subscription."""

    def unsubscribe(self, subscription: Subscription) -> None:
        """Deliver no more events to it."""


@dataclass(eq=False, slots=True)
class Subscription:
    """A topic that a connection listens to.

    `subscriber` is the member's id where the audience hears different things. `wanted` is the
    cursor after which it wants to hear; None asks for what comes from now on. `since` is how far it
    has heard while it comes back. `asked` keeps the client's filter, expand and fields, to ask
    again for a changed actor. `hub` is where it hears, `holders` whose budgets it is part of.
    """

    ref: str
    topic: str
    audience: Audience
    subscriber: SubscriberId
    outbox: Outbox
    wanted: FeedCursor | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    hub: SubscriptionHub | None = None
    holders: Sequence[str] = ()
    is_over: bool = False
    since: FeedCursor = UNREADABLE
    head: str = field(init=False)

    def __post_init__(self) -> None:
        """Write what all events of the subscription begin with."""
        self.head = frame("event", ref=self.ref, topic=self.topic)[:-1]

    def begin(self, earliest: int, here: int) -> None:
        """Find where to hear from; what wants more than the log still has starts anew."""
        wanted, self.wanted = self.wanted, None
        if wanted is not None and not earliest <= wanted.position <= here:
            self.told("reset")
            wanted = None
        if wanted or self.since is UNREADABLE:
            self.since = wanted or FeedCursor(here, here)

    def reached(self, position: int) -> None:
        """Note that everything up to a position was told."""
        if position > self.since.position:
            self.since = FeedCursor(position, max(position, self.since.told))

    def told(self, kind: str, **more: object) -> None:
        """Send a frame about the subscription itself."""
        self.outbox.put(frame(kind, ref=self.ref, topic=self.topic, **more))


def frame(kind: str, **members: object) -> str:
    """Write a frame as JSON."""
    return orjson.dumps({"type": kind, **members}).decode()


def tell(subscriptions: Iterable[Subscription], event: Event) -> None:
    """Send an event to those who hear it; whoever asked in the same words shares the text.

    The event's document is JSON already.
    """
    about = f',"cursor":"{event.cursor}","action":"{event.verb}","id":"{event.record_id}"'
    tail = f'{about},"record":{event.document}}}' if event.document else f"{about}}}"
    texts: dict[str, str] = {}
    for subscription in subscriptions:
        text = texts.get(subscription.head)
        if text is None:
            text = texts[subscription.head] = subscription.head + tail
        subscription.outbox.put(text, subscription)
