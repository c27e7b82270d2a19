"""The WebSocket endpoint: pings and sign-in; subscriptions are refused with a reason."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, override

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from realtime.access import unwatch, watch
from resources.actors import ANONYMOUS
from resources.errors import Problem
from resources.http.authentication import actor_of_token

if TYPE_CHECKING:
    from resources.actors import Actor

SUBPROTOCOL = "holobase.v1"
BEARER = "bearer."
REVOKED = 4401
"""The close code of a connection whose token is no good any more (private use, RFC 6455 7.4.2)."""


# Not in the thread that Channels shares: it may be busy with the very write that rang the bell.
find_actor = database_sync_to_async(
    actor_of_token, thread_sensitive=False, executor=ThreadPoolExecutor(1, "access")
)


class RealtimeConsumer(AsyncJsonWebsocketConsumer):
    """One client's connection at `/ws/v1`.

    A token comes as a subprotocol `bearer.<token>` beside `holobase.v1` (browsers can set no
    headers here) or in an `auth` frame. When it is refused later on, by revocation, a ban or its
    own end, the client gets `revoked` and the connection is closed.
    """

    actor: Actor = ANONYMOUS
    token: str = ""
    rechecks: asyncio.Task[None] | None = None

    @override
    async def connect(self) -> None:
        self.loop = asyncio.get_running_loop()
        offered = list(self.scope.get("subprotocols", ()))
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        token = next((word for word in offered if word.startswith(BEARER)), "")
        if token:
            await self.authenticate(token.removeprefix(BEARER))

    @override
    async def disconnect(self, code: int) -> None:
        self._forget()

    @override
    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        frame = content if isinstance(content, dict) else {}
        kind, ref = frame.get("type"), frame.get("ref")
        if kind == "ping":
            await self.send_json({"type": "pong", "ref": ref})
        elif kind == "auth":
            await self.authenticate(str(frame.get("token", "")), ref)
        else:
            await self.send_json({"type": "error", "ref": ref, "code": "unknown_type"})

    @override
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        try:
            await super().receive(text_data, bytes_data, **kwargs)
        except ValueError:
            await self.send_json({"type": "error", "ref": None, "code": "malformed"})

    async def authenticate(self, token: str, ref: Any = None) -> None:
        """Take the connection for the token's member's from now on; a bad token closes it."""
        self._forget()
        self.token = token
        actor = await self._ask()
        if actor is None or actor.id is None:
            await self._revoke()
            return
        self.actor = actor
        watch(actor.id, self)
        self.rechecks = asyncio.create_task(self._recheck())
        await self.send_json({"type": "authenticated", "ref": ref, "user": str(actor.id)})

    async def reauthorise(self) -> None:
        """Ask again who the token stands for; close the connection when nobody."""
        actor = await self._ask()
        if actor is None:
            await self._revoke()
        else:
            self.actor = actor

    async def _ask(self) -> Actor | None:
        with suppress(Problem):
            return await find_actor(self.token)
        return None

    async def _recheck(self) -> None:
        """Look again now and then: tokens run out, and another process's changes make no bell."""
        while True:
            await asyncio.sleep(settings.REALTIME_RECHECK_SECONDS)
            await self.reauthorise()

    async def _revoke(self) -> None:
        self._forget()
        await self.send_json({"type": "revoked"})
        await self.close(REVOKED)

    def _forget(self) -> None:
        if self.actor.id:
            unwatch(self.actor.id, self)
        self.actor = ANONYMOUS
        if self.rechecks and self.rechecks is not asyncio.current_task():
            self.rechecks.cancel()
        self.rechecks = None
