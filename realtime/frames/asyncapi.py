"""The AsyncAPI document of the realtime protocol, derived from the frame table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.close_codes import CLOSE_CODES
from realtime.event_stream import PATH
from realtime.frames import RECEIVED_FRAMES, SENT_FRAMES
from realtime.frames.members import Schema, ref
from realtime.frames.schemas import ERROR_CODES, SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtime.frames.table import Frame, Operation, ReceivedFrame, SentFrame

ABOUT = """\
Holobase’s change log as a stream, and rooms: every frame that clients and servers send. How they
hang together is told in `docs/realtime.md` and `docs/rooms.md`; what the records are, in
`docs/openapi.yaml`.

“Receive” is what the server receives, “send” what it sends. A frame is a JSON object in a text
message. Pass over types of frames that you don’t know: there may be more of them.
"""
ABOUT_LIVE = """\
Offer the subprotocol `holobase.v1`, and `bearer.<access token>` beside it to be signed in, or
send an `auth` frame. Without a token one hears what everyone may see.
"""
ABOUT_EVENTS = """\
The same frames in `data`. `id` is the cursor, `event` the action of an event, or else the type
of the frame; with `reconnect` comes `retry`. A comment every 15 seconds keeps the way open. A
subscription’s `ref` is its topic. What can’t be had is answered by a problem document (RFC
9457).
"""

SERVERS: Schema = {
    "websocket": {
        "host": "localhost:8000",
        "protocol": "ws",
        "description": "Behind a proxy that speaks TLS, `wss`.",
        "security": [{"$ref": "#/components/securitySchemes/subprotocol"}],
    },
    "http": {
        "host": "localhost:8000",
        "protocol": "http",
        "description": "Behind a proxy that speaks TLS, `https`.",
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
    },
}
SECURITY: Schema = {
    "subprotocol": {
        "type": "httpApiKey",
        "in": "header",
        "name": "Sec-WebSocket-Protocol",
        "description": "`bearer.<access token>` beside `holobase.v1`. Optional.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token or an API key. Optional.",
    },
}
HANDSHAKE: Schema = {
    "type": "object",
    "properties": {
        "Sec-WebSocket-Protocol": {
            "type": "string",
            "description": "What is offered; `holobase.v1` is chosen where it is among that.",
            "examples": ["holobase.v1, bearer.eyJhbGciOi…"],
        }
    },
}
QUERY: Schema = {
    "type": "object",
    "required": ["topic"],
    "additionalProperties": False,
    "properties": {
        "topic": {"type": "array", "items": ref("Topic"), "minItems": 1},
        "filter": {"type": "string"},
        "expand": {"type": "string"},
        "fields": {"type": "string"},
        "since": {
            "type": "string",
            "description": "As the header `Last-Event-ID`, which goes before it.",
        },
    },
}


def asyncapi_document() -> Schema:
    """Return the whole document (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""
    frames: list[Frame] = [*RECEIVED_FRAMES.values(), *SENT_FRAMES]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Holobase, live", "version": "0.1.0", "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": {"live": _live(frames), "events": _events()},
        "operations": {**_received(), **_sent(), "stream": _stream()},
        "components": {
            "securitySchemes": SECURITY,
            "messages": {frame.message: _message(frame) for frame in frames},
            "schemas": SCHEMAS | {"ErrorCode": SCHEMAS["ErrorCode"] | {"x-codes": ERROR_CODES}},
        },
    }


def _live(frames: Iterable[Frame]) -> Schema:
    return {
        "address": "/ws/v1",
        "title": "WebSocket",
        "description": ABOUT_LIVE,
        "servers": [{"$ref": "#/servers/websocket"}],
        "bindings": {"ws": {"method": "GET", "headers": HANDSHAKE}},
        "x-close-codes": CLOSE_CODES,
        "messages": _channel_messages(frames),
    }


def _events() -> Schema:
    return {
        "address": PATH,
        "title": "Server-sent events",
        "description": ABOUT_EVENTS,
        "servers": [{"$ref": "#/servers/http"}],
        "messages": _channel_messages(frame for frame in SENT_FRAMES if frame.is_streamed),
    }


def _channel_messages(frames: Iterable[Frame]) -> Schema:
    return {frame.message: {"$ref": f"#/components/messages/{frame.message}"} for frame in frames}


def _message(frame: Frame) -> Schema:
    return {
        "name": frame.name,
        "summary": frame.summary,
        "payload": frame.payload,
        "examples": [{"payload": {"type": frame.name, **shown}} for shown in frame.examples],
    }


def _received() -> Schema:
    """Return the operations of frames that clients send, with the frames that answer them."""
    operations: Schema = {}
    for operation, frames in _by_operation(RECEIVED_FRAMES.values()).items():
        operations[operation.name] = {
            "action": "receive",
            **_operation(operation, frames),
            "reply": {"channel": _channel("live"), "messages": _messages(operation.replies)},
        }
    return operations


def _sent() -> Schema:
    return {
        operation.name: {"action": "send", **_operation(operation, frames)}
        for operation, frames in _by_operation(SENT_FRAMES).items()
    }


def _stream() -> Schema:
    streamed = [frame.message for frame in SENT_FRAMES if frame.is_streamed]
    return {
        "action": "send",
        "summary": "Tell changes over plain HTTP.",
        "channel": _channel("events"),
        "messages": _messages(streamed, channel="events"),
        "bindings": {"http": {"method": "GET", "query": QUERY, "bindingVersion": "0.3.0"}},
    }


def _by_operation(frames: Iterable[ReceivedFrame | SentFrame]) -> dict[Operation, list[str]]:
    """Return the messages of each operation: `{Operation("ping", …): ["Ping"]}`."""
    messages: dict[Operation, list[str]] = {}
    for frame in frames:
        if frame.operation:
            messages.setdefault(frame.operation, []).append(frame.message)
    return messages


def _operation(operation: Operation, messages: Iterable[str]) -> Schema:
    return {
        "summary": operation.summary,
        "channel": _channel("live"),
        "messages": _messages(messages),
    }


def _channel(name: str) -> Schema:
    return {"$ref": f"#/channels/{name}"}


def _messages(messages: Iterable[str], channel: str = "live") -> list[Schema]:
    return [{"$ref": f"#/channels/{channel}/messages/{message}"} for message in messages]
