"""Who has begun too many messages without an end opens no WebSocket for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from realtime.close_codes import TOO_MANY
from realtime.unfinished_messages import BARRED_SECONDS, watch
from resources.errors import Problem
from resources.http.client_networks import address_of_scope, client_network
from server.refusals import refuse_websocket

if TYPE_CHECKING:
    from realtime.asgi_types import Receive, Scope, Send


class MessageLimit:
    """An ASGI application that refuses WebSockets of networks of which too many were cut.

    Gathering an unfinished message costs the server most in the moment before it is found out, so
    that cutting it is not enough.
    """

    def __init__(self, next_app: Any) -> None:
        self.next_app = next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one WebSocket."""
        if watch().is_barred(client_network(address_of_scope(scope))):
            await refuse_websocket(_too_many_cut(), TOO_MANY, scope, receive, send)
        else:
            await self.next_app(scope, receive, send)


def _too_many_cut() -> Problem:
    detail = _("Too many messages of your network were too large. Try again later.")
    later = {"Retry-After": str(int(BARRED_SECONDS))}
    return Problem(429, "messages_too_large", detail, headers=later)
