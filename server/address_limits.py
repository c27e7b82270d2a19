"""Requests of an address that has no room left, refused before anything reads their body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve
from django.utils import translation

from resources.byte_cache import byte_cached
from resources.errors import Problem
from resources.http.client_networks import address_of_scope, client_network, limited_network
from resources.http.languages import language_of
from resources.http.throttles import AddressThrottle, require_not_full
from server.refusals import turn_away
from server.request_bodies import let_pass

if TYPE_CHECKING:
    from realtime.asgi_types import ASGIApp, Receive, Scope, Send

PREFIX = "/api/v1/auth/"
PATH_BYTES = 256 * 1024
"""Memory for paths whose views are known."""


class AddressLimits:
    """An ASGI application that answers with 429 what a view would refuse by its `AddressThrottle`.

    The view counts, and finds first that there is no room; from then on its requests get no
    further than this until the window ends.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if not scope["path"].startswith(PREFIX):
            await self.next_app(scope, receive, send)
            return
        try:
            require_room(scope)
        except Problem as problem:
            await let_pass(receive, limited_network(address_of_scope(scope)))
            await turn_away(problem, scope, send, "refused-by-address")
        else:
            await self.next_app(scope, receive, send)


def require_room(scope: Scope) -> None:
    """Raise Problem 429, in the client's language, when its network has no quota for the path."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    network = client_network(address_of_scope(scope))
    with translation.override(language_of(headers.get(b"accept-language", b""))):
        for throttle in _throttles(scope["path"]):
            require_not_full(throttle.scope, network)


@byte_cached(PATH_BYTES, lambda path: 2 * len(path))
def _throttles(path: str) -> tuple[type[AddressThrottle], ...]:
    """Return what counts the requests for a path."""
    try:
        view = resolve(path).func
    except Resolver404:
        return ()
    throttles = getattr(getattr(view, "cls", None), "throttle_classes", ())
    return tuple(each for each in throttles if issubclass(each, AddressThrottle))
