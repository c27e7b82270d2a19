"""One client's interest in a topic, and the frames that it is sent about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.outbox import Outbox
    from resources.streaming.audiences import Audience, Event


@dataclass(eq=False, slots=True)
class Subscription:
    """A topic that a connection listens to.

    `since` is the place after which it wants to hear; None asks for what comes from now on.
    `asked` keeps the client's filter, expand and fields, to ask again for a changed actor.
    """

    ref: str
    topic: str
    audience: Audience
    outbox: Outbox
    since: int | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    is_over: bool = False

    def told(self, kind: str, **more: Any) -> None:
        """Send a frame about the subscription itself."""
        self.outbox.put(frame(kind, ref=self.ref, topic=self.topic, **more))

    def hear(self, event: Event) -> None:
        """Send an event."""
        self.outbox.put(event_frame(event, self.topic, self.ref), self)


def frame(kind: str, **members: Any) -> str:
    """Write a frame as JSON."""
    return orjson.dumps({"type": kind, **members}).decode()


def event_frame(event: Event, topic: str, ref: str) -> str:
    """Write an event as JSON; its document is JSON already."""
    head = orjson.dumps({"type": "event", "ref": ref, "topic": topic}).decode()[:-1]
    about = f'"cursor":"{event.place}","action":"{event.verb}","id":"{event.record_id}"'
    record = f',"record":{event.document}' if event.document else ""
    return f"{head},{about}{record}}}"
