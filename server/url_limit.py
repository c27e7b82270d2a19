"""No URL is longer than any client of ours needs: whatever is kept by it stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources.errors import Problem
from server.refusals import refuse, refuse_websocket

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Receive, Scope, Send

LONGEST_URL = 8_192
"""Bytes of path and query together (RFC 9110, 4.1 recommends 8000 at least)."""
TOO_BIG = 1009
"""A WebSocket's close code (RFC 6455, 7.4.1)."""


class UrlLimit:
    """An ASGI application that answers longer URLs with 414, and passes everything else on.

    A WebSocket is refused before it opens: by the same answer where the server can send one.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one WebSocket."""
        # A path in another alphabet is three times as long on the wire as it is here.
        path = scope.get("raw_path") or scope["path"]
        if len(path) + len(scope["query_string"]) <= LONGEST_URL:
            await self.next_app(scope, receive, send)
        elif scope["type"] == "http":
            await refuse(_too_long(), send)
        else:
            await refuse_websocket(_too_long(), TOO_BIG, scope, receive, send)


def _too_long() -> Problem:
    detail = _("The address is too long: %(most)d bytes are the most.") % {"most": LONGEST_URL}
    return Problem(414, "url_too_long", detail)
