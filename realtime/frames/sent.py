"""The frames that the server sends."""

from __future__ import annotations

from realtime.frames.members import (
    ANSWERED_REF,
    ANY_JSON,
    CURSOR,
    ERROR_CODE,
    PEER,
    REF,
    ROOM,
    SHORT_TEXT,
    TOPIC,
    Member,
    optional,
    ref,
    text,
)
from realtime.frames.table import Operation, SentFrame

CHANGES = Operation("tellChanges", "Tell a subscription what happens.")
PEERS = Operation("tellPeers", "Tell those in a room who is there and what is said.")
CLOSE = Operation("sayGoodbye", "Say why the connection is closed next.")

USER_ID = "0190a1b2-0000-7000-8000-000000000001"
CARD_ID = "0190a1b2-0000-7000-8000-000000000002"
EVENT = {"ref": "1", "topic": "cards", "id": CARD_ID}
BAD_FILTER = {
    "ref": "1",
    "code": "bad_parameter",
    "detail": "A parameter is wrong.",
    "status": 400,
    "errors": [
        {
            "field": "filter",
            "code": "unknown_field",
            "message": "“titel” can’t be filtered by. Did you mean “title”?",
            "position": 1,
        }
    ],
}

SENT_FRAMES = (
    SentFrame(
        name="authenticated",
        message="Authenticated",
        summary="The connection acts for a member now.",
        members={"ref": ANSWERED_REF, "user": Member(text("The member’s id."))},
        examples=[{"ref": None, "user": USER_ID}],
    ),
    SentFrame(
        name="subscribed",
        message="Subscribed",
        summary="Events come from now on; what was missed has come.",
        members={"ref": REF, "topic": TOPIC, "cursor": CURSOR},
        examples=[{"ref": "1", "topic": "cards", "cursor": "4711"}],
        is_streamed=True,
    ),
    SentFrame(
        name="unsubscribed",
        message="Unsubscribed",
        summary="No more events come.",
        members={"ref": REF},
        examples=[{"ref": "1"}],
    ),
    SentFrame(
        name="pong",
        message="Pong",
        summary="A sign of life.",
        members={"ref": ANSWERED_REF},
        examples=[{"ref": None}],
    ),
    SentFrame(
        name="event",
        message="Event",
        summary="A record of the topic was changed.",
        one_of=[ref("ShownEvent"), ref("GoneEvent")],
        examples=[
            EVENT
            | {"cursor": "4712", "action": "create"}
            | {"record": {"id": CARD_ID, "title": "Ember Dragon"}},
            EVENT | {"cursor": "4713", "action": "leave"},
        ],
        operation=CHANGES,
        is_streamed=True,
    ),
    SentFrame(
        name="reset",
        message="Reset",
        summary="Events are missing. Fetch anew; from here they go on.",
        members={"ref": REF, "topic": TOPIC},
        examples=[{"ref": "1", "topic": "cards"}],
        operation=CHANGES,
        is_streamed=True,
    ),
    SentFrame(
        name="revoked",
        message="Revoked",
        summary="The token is no good any more; nothing else comes.",
        examples=[{}],
        operation=CLOSE,
        is_streamed=True,
    ),
    SentFrame(
        name="reconnect",
        message="Reconnect",
        summary="The server goes away for a moment; nothing else comes.",
        members={
            "after": Member(
                {
                    "type": "integer",
                    "minimum": 0,
                    "description": "Milliseconds to wait before connecting.",
                }
            )
        },
        examples=[{"after": 1200}],
        operation=CLOSE,
        is_streamed=True,
    ),
    SentFrame(
        name="error",
        message="Error",
        summary="What was asked can’t be, or a subscription has ended.",
        members={
            "ref": ANSWERED_REF,
            "code": ERROR_CODE,
            "detail": optional(Member(text("A sentence for people."))),
            "status": Member(
                {
                    "type": "integer",
                    "minimum": 400,
                    "maximum": 599,
                    "description": "As HTTP would have it.",
                },
                is_required=False,
            ),
            "errors": optional(Member({"type": "array", "items": ref("FieldError")})),
        },
        examples=[BAD_FILTER, {"ref": None, "code": "unknown_type"}],
        operation=CLOSE,
        is_streamed=True,
    ),
    SentFrame(
        name="joined",
        message="Joined",
        summary="You are in a room; the peers are all others there.",
        members={
            "ref": ANSWERED_REF,
            "room": ROOM,
            "you": PEER,
            "peers": Member({"type": "array", "items": ref("Peer")}),
        },
        examples=[
            {
                "ref": "1",
                "room": "lobby",
                "you": {"id": "8c1f", "user": None, "name": "", "metadata": {}},
                "peers": [],
            }
        ],
        operation=PEERS,
    ),
    SentFrame(
        name="left",
        message="Left",
        summary="You are in a room no more; with a code when you were put out.",
        members={"ref": optional(ANSWERED_REF), "room": ROOM, "code": optional(ERROR_CODE)},
        examples=[{"ref": "2", "room": "lobby"}, {"room": "lobby", "code": "not_found"}],
        operation=PEERS,
    ),
    SentFrame(
        name="presence",
        message="Presence",
        summary="Somebody came, goes, or shows something else.",
        members={
            "room": ROOM,
            "action": Member({"enum": ["join", "update", "leave"]}),
            "peer": PEER,
        },
        examples=[
            {
                "room": "lobby",
                "action": "join",
                "peer": {"id": "8c1f", "user": USER_ID, "name": "eve", "metadata": {}},
            }
        ],
        operation=PEERS,
    ),
    SentFrame(
        name="broadcast",
        message="Broadcast",
        summary="Something was said to all in a room.",
        members={
            "room": ROOM,
            "from": Member(
                {
                    "type": ["string", "null"],
                    "description": "The peer who says so; null for a service.",
                }
            ),
            "event": SHORT_TEXT,
            "payload": ANY_JSON,
        },
        examples=[
            {"room": "lobby", "from": "8c1f", "event": "typing", "payload": None},
            {"room": "lobby", "from": None, "event": "drop", "payload": {"left": 3}},
        ],
        operation=PEERS,
    ),
    SentFrame(
        name="signal",
        message="Signal",
        summary="A peer in a room says something to you.",
        members={
            "room": ROOM,
            "from": Member(text("The peer who says so.")),
            "data": ANY_JSON,
        },
        examples=[{"room": "lobby", "from": "8c1f", "data": {"candidate": None}}],
        operation=PEERS,
    ),
)
