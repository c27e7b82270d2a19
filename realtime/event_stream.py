"""Server-sent events at `/api/v1/events`: the same frames for clients without WebSockets.

The protocol is HTML's (https://html.spec.whatwg.org/multipage/server-sent-events.html): `id` is the
cursor, `event` the action, and `Last-Event-ID` resumes.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs

import orjson
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.close_codes import reconnect_delay
from realtime.listener import Listener, access, problem_frame
from realtime.tickets import take_ticket
from realtime.topics import PARAMETERS
from resources import context
from resources.byte_cache import byte_cached
from resources.errors import CONTENT_TYPE, Problem, bad_parameter, not_signed_in
from resources.visibility.feed_cursor import UNREADABLE, read_feed_cursor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send
    from realtime.close_codes import CloseReason
    from realtime.outbox import Outbox

PATH = "/api/v1/events"
find_token = database_sync_to_async(take_ticket, thread_sensitive=False, executor=access)
METHODS = frozenset({"GET", "HEAD"})
EVENT_STREAM = b"text/event-stream"
FRAME_BYTES = 4 * 1024 * 1024
"""Memory for the frames that many streams are sent just now."""
STILL_HERE = ": still here\n\n"
HEADERS = [
    (b"content-type", EVENT_STREAM + b"; charset=utf-8"),
    # Proxies that compress hold events back until there are enough of them.
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """Answers event streams and passes everything else on."""

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["path"] != PATH or scope["method"] not in METHODS:
            await self.next_app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            send = partial(_send_headers_alone, send)
        marked = [(b"x-request-id", context.begin("").request_id.encode())]
        listener = Listener("event_stream", scope)
        try:
            cursors = await _open(listener, scope)
        except Problem as problem:
            listener.close()
            later = problem.headers.get("Retry-After")
            if later and _is_browsers(scope):
                await _put_off(problem, int(later), HEADERS + marked, send)
            else:
                await _refuse(problem, marked, send)
            return
        headers = HEADERS + marked
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            listener.close()
            await _send(send, "", is_last=True)
            return
        gone = asyncio.create_task(_gone(receive))
        # That ends the outbox, and the stream with it.
        gone.add_done_callback(lambda _gone: listener.close())
        try:
            await _stream(listener, cursors, send)
        finally:
            gone.cancel()
            listener.close()


class Heartbeat:
    """Puts an empty text into an outbox from which nothing was sent for a while.

    Its timer runs on while events are sent: a deadline for each of them would cost a fifth of what
    sending it costs.
    """

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.loop = asyncio.get_running_loop()
        self.put_off()

    def put_off(self) -> None:
        """Note that something was sent just now."""
        self.due = self.loop.time() + settings.HEARTBEAT_SECONDS

    def __enter__(self) -> Self:
        self.timer = self.loop.call_at(self.due, self._look)
        return self

    def __exit__(self, *_failure: object) -> None:
        self.timer.cancel()

    def _look(self) -> None:
        if self.loop.time() >= self.due:
            # Whoever takes nothing is not there for certain, and needs to be told once.
            if not self.outbox.frames:
                self.outbox.put("")
            self.put_off()
        self.timer = self.loop.call_at(self.due, self._look)


class Cursors:
    """How far each topic of a stream was heard; all of them together are the id of an event.

    So whoever comes back with the last id misses nothing of any topic, and hears nothing twice.
    """

    def __init__(self, topics: Sequence[str], since: str) -> None:
        """Read one cursor for all topics, or one for each.

        What is none leads to a `reset`, not to an error: a browser gives up for good on those.
        """
        given = since.split(",") if "," in since else [since] * len(topics)
        if len(given) != len(topics):
            given = [str(UNREADABLE)] * len(topics)
        readable = (each and str(read_feed_cursor(each)) for each in given)
        self.of = dict(zip(topics, readable, strict=True))

    def event(self, text: str) -> str:
        """Write a frame as an event."""
        name, topic, cursor = _about(text)
        if not cursor:
            return f"event: {name}\ndata: {text}\n\n"
        self.of[topic] = cursor
        return f"id: {','.join(self.of.values())}\nevent: {name}\ndata: {text}\n\n"


@byte_cached(FRAME_BYTES, lambda text: 2 * len(text))
def _about(text: str) -> tuple[str, str, str]:
    """Return a frame's name, topic and cursor; many streams send the same text."""
    said = orjson.loads(text)
    return said.get("action", said["type"]), said.get("topic", ""), said.get("cursor", "")


async def _open(listener: Listener, scope: Scope) -> Cursors:
    """Sign in and subscribe as the request asks; raises Problem."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    await _sign_in(listener, headers.get("authorization", ""), asked.get("ticket", [""])[0])
    topics = list(dict.fromkeys(asked.get("topic", [])))
    if not topics:
        raise bad_parameter("topic", "required", _("Name at least one topic."))
    since = headers.get("last-event-id", "") or asked.get("since", [""])[0]
    narrowed: Mapping[str, str] = {name: asked[name][0] for name in PARAMETERS if name in asked}
    cursors = Cursors(topics, since)
    for topic, cursor in cursors.of.items():
        await listener.subscribe(topic, topic, narrowed, cursor)
    return cursors


async def _sign_in(listener: Listener, authorization: str, ticket: str) -> None:
    """Sign in by a header or a ticket, or as nobody; raises Problem."""
    scheme, _space, token = authorization.partition(" ")
    if not scheme and not ticket:
        listener.admit()
        return
    is_known = scheme.lower() == "bearer"
    if not scheme:
        token = await find_token(ticket) or ""
        is_known = bool(token)
    if not (is_known and await listener.authenticate(token.strip())):
        raise not_signed_in()


async def _stream(listener: Listener, cursors: Cursors, send: Send) -> None:
    """Send what waits, and a comment now and then to keep the way open."""
    with Heartbeat(listener.outbox) as heartbeat:
        while (text := await listener.outbox.next()) is not None:
            await _send(send, cursors.event(text) if text else STILL_HERE)
            heartbeat.put_off()
    await _send(send, _last(listener.close_reason), is_last=True)


def _last(close_reason: CloseReason) -> str:
    """Tell why the stream ends, and with `retry` when a browser is to ask again."""
    later = "" if close_reason.after is None else f"retry: {close_reason.after}\n"
    return f"{later}event: {close_reason.kind}\ndata: {close_reason.text}\n\n"


async def _send(send: Send, text: str, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": not is_last})


async def _send_headers_alone(send: Send, message: Message) -> None:
    """Answer a HEAD: the headers of a GET and nothing else (RFC 9110, 9.3.2)."""
    await send({**message, "body": b""} if message["type"] == "http.response.body" else message)


async def _refuse(problem: Problem, marked: list[tuple[bytes, bytes]], send: Send) -> None:
    headers = [(b"content-type", CONTENT_TYPE.encode()), *marked]
    headers += [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(problem.as_json())})


def _is_browsers(scope: Scope) -> bool:
    """Return whether an `EventSource` asks: it gives up for good on any status but 200."""
    return any(
        name == b"accept" and value.startswith(EVENT_STREAM) for name, value in scope["headers"]
    )


async def _put_off(
    problem: Problem, seconds: int, headers: list[tuple[bytes, bytes]], send: Send
) -> None:
    """Say in a stream of one event what is wrong for now, and when to come again."""
    said = problem_frame(None, problem)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    text = f"retry: {seconds * 1000 + reconnect_delay()}\nevent: error\ndata: {said}\n\n"
    await _send(send, text, is_last=True)


async def _gone(receive: Receive) -> None:
    """Wait until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
