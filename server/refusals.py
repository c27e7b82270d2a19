"""Answers of ASGI applications that turn a request away before anything looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from resources import context
from resources.errors import CONTENT_TYPE
from resources.http.client_networks import address_of_scope
from server.envelope import Envelope, caller_of

if TYPE_CHECKING:
    from realtime.asgi_types import Receive, Scope, Send
    from resources.errors import Problem


WEBSOCKET_RESPONSE = "websocket.http.response"


async def refuse(
    problem: Problem, send: Send, response: str = "http.response", request_id: str = ""
) -> None:
    """Send a problem document; `response` begins the names of the ASGI messages."""
    head, body = refusal(problem, request_id)
    await send({"type": f"{response}.start", "status": problem.status, "headers": head})
    await send({"type": f"{response}.body", "body": body})


def refusal(problem: Problem, request_id: str = "") -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the headers and the body that tell of a problem; `request_id` is the client's."""
    request_id = context.begin(request_id).request_id
    body = orjson.dumps(problem.as_json())
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", request_id.encode()),
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
    ]
    return headers, body


async def turn_away(problem: Problem, scope: Scope, send: Send, view: str) -> None:
    """Refuse a request with its own id, a line in the log, and a place in the metrics as `view`."""
    caller = caller_of(dict(scope["headers"]))
    envelope = Envelope.opened(scope["method"], scope["path"], address_of_scope(scope), *caller)
    await refuse(problem, send, request_id=envelope.context.request_id)
    envelope.measure(problem.status, view)
    envelope.log(problem.status)


async def refuse_websocket(
    problem: Problem, code: int, scope: Scope, receive: Receive, send: Send
) -> None:
    """Refuse a WebSocket before it opens: by an answer where the server can send one.

    Elsewhere it is closed with `code`, of which the client sees a 403 (ASGI, *WebSocket close*).
    """
    if WEBSOCKET_RESPONSE in scope.get("extensions", ()):
        await refuse(problem, send, WEBSOCKET_RESPONSE)
        return
    await receive()
    await send({"type": "websocket.close", "code": code})
