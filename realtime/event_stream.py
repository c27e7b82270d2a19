"""Server-sent events at `/api/v1/events`: the same frames for clients without WebSockets.

The protocol is HTML's (https://html.spec.whatwg.org/multipage/server-sent-events.html): `id` is the
cursor, `event` the action, and `Last-Event-ID` resumes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.listener import Listener
from resources import context
from resources.errors import CONTENT_TYPE, Problem, bad_parameter, not_signed_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

PATH = "/api/v1/events"
ASKED = ("filter", "expand", "fields")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Receive = Callable[[], Awaitable[dict[str, Any]]]


class EventStream:
    """Answers event streams and passes everything else on."""

    def __init__(self, onwards: Any) -> None:
        self.onwards = onwards

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["path"] != PATH or scope["method"] != "GET":
            await self.onwards(scope, receive, send)
            return
        marked = [(b"x-request-id", context.begin("").request_id.encode())]
        listener = Listener()
        try:
            await _open(listener, scope)
        except Problem as problem:
            listener.close()
            await _refuse(problem, marked, send)
            return
        headers = HEADERS + marked
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        streaming = asyncio.create_task(_stream(listener, send))
        gone = asyncio.create_task(_gone(receive))
        await asyncio.wait({streaming, gone}, return_when=asyncio.FIRST_COMPLETED)
        for task in (streaming, gone):
            task.cancel()
        listener.close()


async def _open(listener: Listener, scope: dict[str, Any]) -> None:
    """Sign in and subscribe as the request asks; raises Problem."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _space, token = headers.get("authorization", "").partition(" ")
    if scheme and (scheme.lower() != "bearer" or not await listener.authenticate(token.strip())):
        raise not_signed_in()
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    topics = asked.get("topic", [])
    if not topics:
        raise bad_parameter("topic", "required", _("Name at least one topic."))
    since = headers.get("last-event-id", "") or asked.get("since", [""])[0]
    narrowed: Mapping[str, str] = {name: asked[name][0] for name in ASKED if name in asked}
    for topic in topics:
        await listener.subscribe(topic, topic, narrowed, since)


async def _stream(listener: Listener, send: Send) -> None:
    """Send what waits, and a comment now and then to keep the way open."""
    while True:
        try:
            text = await asyncio.wait_for(listener.outbox.next(), settings.HEARTBEAT_SECONDS)
        except TimeoutError:
            await _send(send, ": still here\n\n")
            continue
        if text is None:
            await _send(send, 'event: revoked\ndata: {"type":"revoked"}\n\n', is_last=True)
            return
        await _send(send, _told(text))


def _told(text: str) -> str:
    frame = orjson.loads(text)
    name = frame.get("action", frame["type"])
    cursor = f"id: {frame['cursor']}\n" if "cursor" in frame else ""
    return f"{cursor}event: {name}\ndata: {text}\n\n"


async def _send(send: Send, text: str, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": not is_last})


async def _refuse(problem: Problem, marked: list[tuple[bytes, bytes]], send: Send) -> None:
    headers = [(b"content-type", CONTENT_TYPE.encode()), *marked]
    headers += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(problem.as_json())})


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
