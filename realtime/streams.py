"""The streams of changes in the OpenAPI document, which are no views of Django."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from realtime.event_stream import PATH

if TYPE_CHECKING:
    from resources.json_text import JsonObject

type JsonSchema = JsonObject

SOCKET_PATH = "/ws/v1"
SOCKET = {
    "operationId": "realtime.connect",
    "summary": "Open a WebSocket for changes and rooms",
    "description": "Subprotocol `holobase.v1`; the frames are described in docs/asyncapi.yaml.",
    "tags": ["realtime"],
    "security": [{"bearer": []}, {}],
    "responses": {"101": {"description": "The connection is a WebSocket now."}},
}


def _parameter(name: str, schema: JsonSchema, description: str, **more: object) -> JsonSchema:
    return {"in": "query", "name": name, "schema": schema, "description": description, **more}


TEXT = {"type": "string"}
EVENTS = {
    "operationId": "realtime.events",
    "summary": "Hear of changes as server-sent events",
    "description": "`id` is the cursor, `event` the action and `data` a frame of docs/asyncapi.yaml"
    " as JSON; see docs/realtime.md.",
    "tags": ["realtime"],
    "parameters": [
        _parameter(
            "topic",
            {"type": "array", "items": TEXT, "minItems": 1},
            "What to hear of: `cards`, `cards/<id>`, `users/<id>/cards`.",
            required=True,
        ),
        _parameter("since", TEXT, "The cursor after which to hear; `Last-Event-ID` does as well."),
        _parameter(
            "ticket", TEXT, "Signs in where no header can be sent; see `/realtime/tickets`."
        ),
        _parameter("filter", TEXT, "As in lists: only records that match."),
        _parameter("expand", TEXT, "As in lists."),
        _parameter("fields", TEXT, "As in lists."),
    ],
    "security": [{"bearer": []}, {}],
    "responses": {
        "200": {
            "description": "A stream without an end.",
            "content": {"text/event-stream": {"schema": TEXT}},
        }
    },
}


def with_streams(result: JsonSchema, **_context: object) -> JsonSchema:
    """Add the streams to the paths (a drf-spectacular hook)."""
    result["paths"] |= deepcopy({PATH: {"get": EVENTS}, SOCKET_PATH: {"get": SOCKET}})
    result["paths"] = dict(sorted(result["paths"].items()))
    return result
