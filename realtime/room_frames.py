"""Frames about rooms: what a client may send, how large and how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson
from django.utils.translation import gettext as _

from realtime.listener import problem_frame
from realtime.subscriptions import frame
from resources.errors import FieldError, Problem, invalid

if TYPE_CHECKING:
    from realtime.listener import Listener

MOST_METADATA = 1024
MOST_PAYLOAD = 16 * 1024
MOST_SIGNAL = 32 * 1024
LONGEST_EVENT = 100
PER_SECOND = 50
BURST = 100


@dataclass(slots=True)
class Bucket:
    """How many frames a connection may still send: tokens that fill up with time."""

    per_second: float
    burst: float
    tokens: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst
        self.filled_at = monotonic()

    def take(self) -> None:
        """Take a token; raises Problem 429 when there is none."""
        now = monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.tokens < 1:
            raise Problem(429, "too_fast", _("Too many messages. Slow down."))
        self.tokens -= 1


class RoomFrames:
    """What one connection sends about rooms."""

    def __init__(self, listener: Listener) -> None:
        self.outbox = listener.outbox
        self.membership = listener.membership
        self.bucket = Bucket(PER_SECOND, BURST)

    async def receive(self, content: Mapping[str, Any]) -> None:
        """Do what a frame asks for, or answer with an error that says why not."""
        ref = content.get("ref")
        try:
            self.bucket.take()
            await self._obey(content, ref)
        except Problem as problem:
            self.outbox.offer(problem_frame(ref, problem))

    async def _obey(self, content: Mapping[str, Any], ref: Any) -> None:
        room = _text(content, "room")
        match content["type"]:
            case "join":
                await self.membership.join(room, _metadata(content), ref)
            case "leave":
                self.membership.leave(room)
                self.outbox.offer(frame("left", ref=ref, room=room))
            case "presence":
                self.membership.update_presence(room, _metadata(content))
            case "broadcast":
                payload = _sized(content, "payload", MOST_PAYLOAD)
                self.membership.broadcast(room, _text(content, "event"), payload)
            case "signal":
                data = _sized(content, "data", MOST_SIGNAL)
                self.membership.signal(room, _text(content, "to"), data)


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_EVENT:
        raise invalid([FieldError(name, "invalid", _("This must be a short text."))])
    return value


def _metadata(content: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = _sized(content, "metadata", MOST_METADATA)
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        raise invalid([FieldError("metadata", "invalid", _("This must be an object."))])
    return metadata


def _sized(content: Mapping[str, Any], name: str, most: int) -> Any:
    """Give a member that is no larger than so many bytes as JSON; raises Problem 400."""
    value = content.get(name)
    if len(orjson.dumps(value)) > most:
        message = _("This is too large.")
        raise invalid([FieldError(name, "too_large", message)])
    return value
