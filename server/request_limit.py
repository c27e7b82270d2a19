"""How many requests of one network may be under way at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from resources.errors import Problem
from resources.http.client_networks import address_of_scope, limited_network
from server.refusals import refuse

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Receive, Scope, Send

RETRY_SECONDS = 1


class RequestLimit:
    """An ASGI application that answers a network's requests beyond its limit with 429.

    So nobody can fill the lines in front of the threads, or hold all memory for bodies. Event
    streams are no requests under way: they are counted as connections. A trusted address, which
    asks for many others, has no limit, and a Unix socket has no address.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app
        self.under_way: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        network = limited_network(address_of_scope(scope))
        if not network:
            await self.next_app(scope, receive, send)
            return
        count = self.under_way.get(network, 0)
        if count >= settings.MOST_REQUESTS_PER_NETWORK > 0:
            await refuse(_too_many(), send)
            return
        self.under_way[network] = count + 1
        try:
            await self.next_app(scope, receive, send)
        finally:
            left = self.under_way[network] - 1
            if left:
                self.under_way[network] = left
            else:
                del self.under_way[network]


def _too_many() -> Problem:
    later = {"Retry-After": str(RETRY_SECONDS)}
    detail = _("Too many requests of your network are under way. Try again later.")
    return Problem(429, "too_many_requests", detail, headers=later)
