"""The one application: WebSockets to Channels, resources to the fast path, the rest to Django.

A process with the role `api` leaves live connections to others, one with the role `realtime` has
nothing else but what operators watch it by.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from starlette.middleware.cors import CORSMiddleware

from files.uploads.protocol import ANSWER_HEADERS, REQUEST_HEADERS
from realtime.event_stream import EventStream
from realtime.routing import websocket_urls
from server.address_limits import AddressLimits
from server.django_bridge import DjangoBridge
from server.fast_path import FastPath
from server.request_limit import RequestLimit
from server.socket_origins import SocketOrigins
from server.statement_limit import limit_statements
from server.upload_limit import UploadLimit
from server.upload_stream import UploadStream
from server.url_limit import UrlLimit

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Message, Receive, Scope, Send

WATCHED = ("/healthz", "/readyz", "/metrics")


class OnlyWatched:
    """Lets through to Django what operators ask, and answers everything else with 404."""

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["path"] not in WATCHED:
            scope = {**scope, "path": "/api/", "raw_path": b"/api/"}
        await self.next_app(scope, receive, send)


async def no_live_connections(_scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket."""
    await receive()
    await send({"type": "websocket.close", "code": 1013})


def app_of_role(role: str, fast_path: FastPath) -> ASGIApp:
    """Return the HTTP half of a role's application."""
    if role == "realtime":
        return EventStream(RequestLimit(OnlyWatched(fast_path.next_app)))
    limited = RequestLimit(UploadStream(UploadLimit(fast_path)))
    return limited if role == "api" else EventStream(limited)


def live_of(role: str) -> ASGIApp:
    """Return the WebSocket half of a role's application."""
    if role == "api":
        return no_live_connections
    return SocketOrigins(URLRouter(websocket_urls))


class Origins:
    """Lets pages of other origins use the API, and spares everybody else the work for it.

    Nothing else can be read by them but files, which say so themselves. A page of the site may
    send its requests with credentials; that gives it nothing, as the API looks at no cookie.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app
        self.site = settings.SITE_ORIGIN.encode()
        self.for_site: ASGIApp = CORSMiddleware(
            next_app, **WELCOME, allow_origins=[settings.SITE_ORIGIN], allow_credentials=True
        )
        self.for_others: ASGIApp = CORSMiddleware(
            next_app, **WELCOME, allow_origins=settings.CORS_ORIGINS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if not scope["path"].startswith("/api/"):
            await self.next_app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"origin":
                welcoming = self.for_site if value == self.site else self.for_others
                await welcoming(scope, receive, send)
                return
        await self.next_app(scope, receive, partial(_send_varying, send))


async def _send_varying(send: Send, message: Message) -> None:
    """Tell caches that a page of another origin would have been answered otherwise."""
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], (b"vary", b"Origin")]
    await send(message)


WELCOME: dict[str, Any] = {
    "allow_methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": [
        "Authorization",
        "Cache-Control",
        "If-Match",
        "If-None-Match",
        "Idempotency-Key",
        "Last-Event-ID",
        "Pragma",
        "X-Request-ID",
        "X-Requested-With",
        # What browsers' tracing adds (https://www.w3.org/TR/trace-context/, W3C Baggage).
        "baggage",
        "traceparent",
        "tracestate",
        *REQUEST_HEADERS,
        *settings.CORS_HEADERS,
    ],
    "expose_headers": [
        "Change-Cursor",
        "ETag",
        "Location",
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset",
        "Retry-After",
        "WWW-Authenticate",
        "X-Request-ID",
        *ANSWER_HEADERS,
    ],
    "max_age": 3600,
}
limit_statements(settings.STATEMENT_SECONDS)
fast_path = FastPath(AddressLimits(DjangoBridge()))
http = Origins(UrlLimit(app_of_role(settings.ROLE, fast_path)))
live = UrlLimit(live_of(settings.ROLE))
application = ProtocolTypeRouter({"http": http, "websocket": live})
