"""The frames of clients that are about rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from realtime.frames.members import (
    METADATA,
    MOST_PAYLOAD,
    MOST_SIGNAL,
    REF,
    ROOM,
    SHORT_TEXT,
    json_up_to,
    optional,
)
from realtime.frames.table import Budget, Operation, ReceivedFrame
from realtime.subscriptions import frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.frames.table import Content
    from realtime.listener import Listener

FROM_PEERS = Operation(
    "hearFromPeers",
    "Show, say or signal something in a room; only what is wrong is answered.",
    ("Error",),
)


async def _join(listener: Listener, content: Content) -> None:
    await listener.membership.join(_room(content), _metadata(content), content.get("ref"))


async def _leave(listener: Listener, content: Content) -> None:
    room = _room(content)
    listener.membership.leave(room)
    listener.outbox.offer(frame("left", ref=content.get("ref"), room=room))


async def _presence(listener: Listener, content: Content) -> None:
    listener.membership.update_presence(_room(content), _metadata(content))


async def _broadcast(listener: Listener, content: Content) -> None:
    event = str(content["event"])
    listener.membership.broadcast(_room(content), event, content.get("payload"))


async def _signal(listener: Listener, content: Content) -> None:
    listener.membership.signal(_room(content), str(content["to"]), content.get("data"))


def _room(content: Content) -> str:
    return str(content["room"])


def _metadata(content: Content) -> Mapping[str, object]:
    return cast("Mapping[str, object]", content.get("metadata") or {})


ROOM_FRAMES = (
    ReceivedFrame(
        name="join",
        message="Join",
        summary="Enter a room.",
        members={"ref": optional(REF), "room": ROOM, "metadata": METADATA},
        examples=[{"ref": "1", "room": "lobby", "metadata": {"colour": "teal"}}],
        operation=Operation(
            "join", "Enter a room, or show other metadata there.", ("Joined", "Error")
        ),
        budget=Budget.ROOMS,
        handler=_join,
    ),
    ReceivedFrame(
        name="leave",
        message="Leave",
        summary="Go out of a room.",
        members={"ref": optional(REF), "room": ROOM},
        examples=[{"room": "lobby"}],
        operation=Operation("leave", "Go out of a room.", ("Left", "Error")),
        budget=Budget.ROOMS,
        handler=_leave,
    ),
    ReceivedFrame(
        name="presence",
        message="SendPresence",
        summary="Change what is shown of you in a room.",
        members={"ref": optional(REF), "room": ROOM, "metadata": METADATA},
        examples=[{"room": "lobby", "metadata": {"is_away": True}}],
        operation=FROM_PEERS,
        budget=Budget.ROOMS,
        handler=_presence,
    ),
    ReceivedFrame(
        name="broadcast",
        message="SendBroadcast",
        summary="Say something to all others in a room.",
        members={
            "ref": optional(REF),
            "room": ROOM,
            "event": SHORT_TEXT,
            "payload": json_up_to(MOST_PAYLOAD),
        },
        examples=[{"room": "lobby", "event": "typing", "payload": {"is_typing": True}}],
        operation=FROM_PEERS,
        budget=Budget.ROOMS,
        handler=_broadcast,
    ),
    ReceivedFrame(
        name="signal",
        message="SendSignal",
        summary="Say something to one peer in a room.",
        members={
            "ref": optional(REF),
            "room": ROOM,
            "to": SHORT_TEXT,
            "data": json_up_to(MOST_SIGNAL),
        },
        examples=[{"room": "lobby", "to": "8c1f", "data": {"candidate": None}}],
        operation=FROM_PEERS,
        budget=Budget.ROOMS,
        handler=_signal,
    ),
)
