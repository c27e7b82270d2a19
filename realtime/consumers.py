"""The WebSocket endpoint `/ws/v1`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, override

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.close_codes import IDLE, CloseReason
from realtime.frames import RECEIVED_FRAMES
from realtime.frames.control import sign_in
from realtime.frames.table import Budget
from realtime.listener import Listener, problem_frame
from realtime.subscriptions import frame
from resources.errors import Problem
from resources.json_text import JsonError, read_json

if TYPE_CHECKING:
    from asgiref.typing import WebSocketDisconnectEvent

    from realtime.asgi_types import Message
    from realtime.frames.table import Content

SUBPROTOCOL = "holobase.v1"
BEARER = "bearer."
LONGEST_FRAME = 64 * 1024


class RealtimeConsumer(AsyncWebsocketConsumer):
    """One client's connection.

    A token comes as a subprotocol `bearer.<token>` beside `holobase.v1` (browsers can set no
    headers here) or in an `auth` frame. When it is refused later on, by revocation, a ban or its
    own end, the client gets `revoked` and the connection is closed. Frames that cost a question to
    the database are limited, with room for a client that subscribes to everything anew: the table
    `realtime.frames` says what each type of frame costs and does.
    """

    @override
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection.

        Channels would wait for each message in a task of its own, as it waits for a channel, too.
        """
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    @override
    async def dispatch(self, message: Message) -> None:
        """Handle one ASGI message.

        Channels would look in a thread first whether database connections are still usable. Here
        each work that asks the database looks after its own (`resources.connections`).
        """
        await getattr(self, get_handler_name(message))(message)

    @override
    async def connect(self) -> None:
        self.listener = Listener("websocket", self.scope)
        self.buckets = {budget: budget.new_bucket() for budget in Budget}
        offered = list(self.scope.get("subprotocols", ()))
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        self.sender = asyncio.create_task(self._send_all())
        self._look_later()
        tokens = (word.removeprefix(BEARER) for word in offered if word.startswith(BEARER))
        await sign_in(self.listener, next(tokens, None), None)

    @override
    async def websocket_disconnect(self, message: WebSocketDisconnectEvent) -> None:
        """End, without Channels' look at database connections in a thread (see `dispatch`)."""
        await self.disconnect(message["code"])
        raise StopConsumer

    @override
    async def disconnect(self, code: int) -> None:
        self.idle.cancel()
        self.listener.close()
        self.sender.cancel()
        # Its last frames hold this consumer: both would wait for the garbage collector.
        del self.sender

    @override
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: object
    ) -> None:
        content = _read(text_data)
        if content is None:
            self._answer_error(None, "malformed")
        else:
            await self._dispatch(content)

    async def _dispatch(self, content: Content) -> None:
        """Take the frame's cost, check it, and run its handler; answer a Problem as `error`."""
        ref, received = content.get("ref"), RECEIVED_FRAMES.get(str(content.get("type")))
        try:
            self.buckets[received.budget if received else Budget.CONTROL].take()
            if received is None:
                self._answer_error(ref, "unknown_type")
            else:
                received.check(content)
                await received.handler(self.listener, content)
        except Problem as problem:
            self.listener.outbox.offer(problem_frame(ref, problem))

    def _answer_error(self, ref: object, code: str) -> None:
        self.listener.outbox.put(frame("error", ref=ref, code=code))

    def _look_later(self) -> None:
        """Look after a while whether the connection is there for anything."""
        loop = asyncio.get_running_loop()
        self.idle = loop.call_later(settings.REALTIME_IDLE_SECONDS, self._end_if_idle)

    def _end_if_idle(self) -> None:
        """End a connection without a member that listens to nothing and is in no room."""
        if self.listener.is_idle:
            detail = _("Sign in or subscribe to something: a connection that does neither ends.")
            problem = Problem(408, "idle", detail)
            self.listener.dismiss(CloseReason("error", problem_frame(None, problem), IDLE))
        else:
            self._look_later()

    async def _send_all(self) -> None:
        """Send what waits until there is no more, and then why."""
        # To a client that has gone, sending fails with an OSError (ASGI, WebSocket 2.4).
        with suppress(OSError):
            while (text := await self.listener.outbox.next()) is not None:
                await self.send(text_data=text)
            close_reason = self.listener.close_reason
            await self.send(text_data=close_reason.text)
            await self.close(close_reason.code)


def _read(text: str | None) -> Content | None:
    """Return a frame as JSON, empty if it is no object; None if it can't be read."""
    if text is None or len(text) > LONGEST_FRAME:
        return None
    try:
        content = read_json(text)
    except JsonError:
        return None
    return content if isinstance(content, dict) else {}
