"""The schemas that frames share, and the error codes of the live half."""

from __future__ import annotations

from realtime.frames.members import LONGEST_TEXT, Schema, ref
from realtime.rooms.policy import ROOM_NAME

ERROR_CODES = {
    "malformed": "This is no JSON object, or larger than 64 KiB.",
    "unknown_type": "There is no such type of frame.",
    "unknown_topic": "There is no such topic.",
    "unknown_subscription": "There is no subscription with that `ref`.",
    "too_many_subscriptions": "The connection has 100 of them, unless set otherwise.",
    "idle": "Nobody signed in, and nothing was subscribed to; code 4408 follows.",
    "too_many_connections": "The member or the network has too many; code 4429 follows.",
    "restarting": "The process is about to end. WebSockets get `reconnect` instead.",
    "too_fast": "Too many frames; slow down.",
    "bad_room": "That is no name of a room.",
    "not_in_room": "Join first.",
    "unknown_peer": "Who is signaled to is not in the room.",
    "room_full": "200 peers are in the room, unless set otherwise.",
    "too_many_rooms": "The connection is in 20 rooms, unless set otherwise.",
    "silenced": "A silenced member may be there but not broadcast.",
}
"""Codes that only the live half gives; all others are those of the HTTP API."""

SCHEMAS: dict[str, Schema] = {
    "Ref": {"type": "string", "description": "Any text by which the client knows the answer."},
    "AnsweredRef": {"type": ["string", "null"], "description": "The `ref` that the client gave."},
    "Topic": {
        "type": "string",
        "description": "`cards`, `cards/<id>` or `users/<id>/cards`, and so for every resource.",
    },
    "Cursor": {
        "type": "string",
        "pattern": "^[0-9]+(~[0-9]+)?$",
        "description": "A place in the log, to be given as `since` as it is.",
    },
    "Room": {"type": "string", "pattern": f"^{ROOM_NAME.pattern}$"},
    "ShortText": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    "Metadata": {"type": "object", "description": "What is shown of a peer, at most 1 kB as JSON."},
    "Peer": {
        "type": "object",
        "required": ["id", "user", "name", "metadata"],
        "additionalProperties": False,
        "description": "A connection in a room; a member with two devices is two of them.",
        "properties": {
            "id": {"type": "string"},
            "user": {
                "type": ["string", "null"],
                "description": "The member’s id; null for guests.",
            },
            "name": {"type": "string"},
            "metadata": ref("Metadata"),
        },
    },
    "FieldError": {
        "type": "object",
        "required": ["field", "code", "message"],
        "additionalProperties": False,
        "description": "What is wrong with one part of what was asked.",
        "properties": {
            "field": {"type": "string"},
            "code": {"type": "string"},
            "message": {"type": "string", "description": "A sentence for people."},
            "position": {
                "type": "integer",
                "minimum": 1,
                "description": "Where in a filter, counted from 1.",
            },
        },
    },
    "ShownEvent": {
        "type": "object",
        "required": ["type", "ref", "topic", "cursor", "action", "id", "record"],
        "additionalProperties": False,
        "description": "The record is there now, or has begun to match (`enter`).",
        "properties": {
            "type": {"const": "event"},
            "ref": ref("Ref"),
            "topic": ref("Topic"),
            "cursor": ref("Cursor"),
            "action": {"enum": ["create", "update", "enter"]},
            "id": {"type": "string"},
            "record": {"type": "object", "description": "As lists of the resource show it."},
        },
    },
    "GoneEvent": {
        "type": "object",
        "required": ["type", "ref", "topic", "cursor", "action", "id"],
        "additionalProperties": False,
        "description": "The record is there no more, or has stopped to match (`leave`).",
        "properties": {
            "type": {"const": "event"},
            "ref": ref("Ref"),
            "topic": ref("Topic"),
            "cursor": ref("Cursor"),
            "action": {"enum": ["delete", "leave"]},
            "id": {"type": "string"},
        },
    },
    "ErrorCode": {
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]*$",
        "description": "Says for programs what is wrong, as in the HTTP API; some are of "
        "frames alone.",
    },
}
