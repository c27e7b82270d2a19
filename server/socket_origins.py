"""Pages of which origins may open a WebSocket: those that may use the rest of the API, too."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from resources.errors import Problem
from server.refusals import refuse_websocket

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Receive, Scope, Send

POLICY_VIOLATION = 1008
"""RFC 6455, 7.4.1."""


class SocketOrigins:
    """An ASGI application that refuses handshakes from pages of origins that CORS does not allow.

    Browsers leave it to the server to look at `Origin` (RFC 6455, 10.2). No cookie opens a socket,
    so a strange page has no rights of its visitor's; but it has the visitor's address and
    connection. Clients that are no browsers send no `Origin` and are let through.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is None or _is_allowed(origin.decode("latin-1"), headers.get(b"host", b"")):
            await self.next_app(scope, receive, send)
        else:
            await refuse_websocket(_foreign_origin(), POLICY_VIOLATION, scope, receive, send)


def _is_allowed(origin: str, host: bytes) -> bool:
    allowed = {*settings.CORS_ORIGINS, settings.SITE_ORIGIN, _origin(settings.PUBLIC_URL)} - {""}
    # Split by hand: what a client sends need not be a URL.
    is_own = host.lower() == origin.partition("://")[2].lower().encode("latin-1") != b""
    return is_own or "*" in allowed or origin in allowed


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _foreign_origin() -> Problem:
    detail = _("Pages of this origin may not connect here.")
    return Problem(403, "foreign_origin", detail)
