"""What a row of the frame table says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, override

from django.conf import settings

from realtime.token_bucket import TokenBucket

if TYPE_CHECKING:
    from realtime.frames.members import Member, Schema
    from realtime.listener import Listener

type Content = Mapping[str, object]
"""A frame that a client sent, as JSON; only what its members check is known of it."""
type Handler = Callable[[Listener, Content], Awaitable[None]]


class Budget(Enum):
    """What a frame costs: which of a connection's token buckets it takes a token from."""

    CONTROL = "control"
    ROOMS = "rooms"

    def new_bucket(self) -> TokenBucket:
        """Return a full bucket for a new connection."""
        if self is Budget.ROOMS:
            return TokenBucket(per_second=50, burst=100)
        # These query the database. A client that returns subscribes to everything at once.
        return TokenBucket(per_second=20, burst=max(100, 2 * settings.MOST_SUBSCRIPTIONS))


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the AsyncAPI document; `replies` are names of messages."""

    name: str
    summary: str
    replies: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame type: `name` is its `type` on the wire, `message` its name in the document.

    `examples` leave `type` out.
    """

    name: str
    message: str
    summary: str
    examples: Sequence[Mapping[str, object]]
    members: Mapping[str, Member] = field(default_factory=dict)

    @property
    def payload(self) -> Schema:
        """Return the JSON Schema of the frame."""
        required = [name for name, member in self.members.items() if member.is_required]
        properties = {name: member.schema for name, member in self.members.items()}
        return {
            "type": "object",
            "required": ["type", *required],
            "additionalProperties": False,
            "properties": {"type": {"const": self.name}, **properties},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFrame(Frame):
    """A frame type that clients send."""

    operation: Operation
    budget: Budget
    handler: Handler

    def check(self, content: Content) -> None:
        """Raise Problem 400 for the first member that is not as the table says."""
        for name, member in self.members.items():
            member.check(name, content.get(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFrame(Frame):
    """A frame type that the server sends, also in event streams if `is_streamed`.

    `operation` is None for a frame that only answers another.
    """

    operation: Operation | None = None
    is_streamed: bool = False
    one_of: Sequence[Schema] = ()

    @property
    @override
    def payload(self) -> Schema:
        return {"oneOf": list(self.one_of)} if self.one_of else Frame.payload.__get__(self)
