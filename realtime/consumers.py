"""The WebSocket endpoint `/ws/v1`."""

from __future__ import annotations

import asyncio
from typing import Any, override

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.close_codes import IDLE, TOO_MANY, CloseReason, shutdown_reason
from realtime.listener import Listener, problem_frame
from realtime.room_frames import Bucket, RoomFrames
from realtime.subscriptions import frame
from realtime.topics import PARAMETERS
from realtime.unfinished_messages import watch
from resources.errors import Problem
from resources.json_text import JsonError, read_json

SUBPROTOCOL = "holobase.v1"
BEARER = "bearer."
ROOM_TYPES = frozenset({"join", "leave", "presence", "broadcast", "signal"})
LONGEST_FRAME = 64 * 1024
PER_SECOND = 20
LEAST_BURST = 100


class RealtimeConsumer(AsyncWebsocketConsumer):
    """One client's connection.

    A token comes as a subprotocol `bearer.<token>` beside `holobase.v1` (browsers can set no
    headers here) or in an `auth` frame. When it is refused later on, by revocation, a ban or its
    own end, the client gets `revoked` and the connection is closed. Frames that cost a question to
    the database are limited, with room for a client that subscribes to everything anew.
    """

    # What is sent comes from the outbox: a connection needs no channel, and none of Redis.
    channel_layer_alias = ""

    @override
    async def connect(self) -> None:
        self.listener = Listener("websocket", self.scope)
        self.arrival = watch().add(self.scope)
        self.bucket = Bucket(PER_SECOND, max(LEAST_BURST, 2 * settings.MOST_SUBSCRIPTIONS))
        self.room_frames = RoomFrames(self.listener)
        offered = list(self.scope.get("subprotocols", ()))
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        self.sender = asyncio.create_task(self._send_all())
        self._look_later()
        tokens = (word.removeprefix(BEARER) for word in offered if word.startswith(BEARER))
        await self._sign_in(next(tokens, None), None)

    @override
    async def disconnect(self, code: int) -> None:
        self.idle.cancel()
        watch().drop(self.arrival)
        self.listener.close()
        self.sender.cancel()

    @override
    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        self.arrival.note(bytes_data if text_data is None else text_data)
        content = _read(text_data)
        if content is None:
            self._answer("error", None, code="malformed")
        elif str(content.get("type")) in ROOM_TYPES:
            await self.room_frames.receive(content)
        else:
            await self._control(content)

    async def _control(self, content: dict[str, Any]) -> None:
        """Do what a frame asks for that is not about rooms."""
        ref = content.get("ref")
        try:
            self.bucket.take()
        except Problem as problem:
            self.listener.outbox.offer(problem_frame(ref, problem))
            return
        match content.get("type"):
            case "ping":
                self._answer("pong", ref)
            case "auth":
                await self._sign_in(str(content.get("token", "")), ref)
            case "subscribe":
                await self._subscribe(content)
            case "unsubscribe":
                self._unsubscribe(str(ref))
            case _:
                self._answer("error", ref, code="unknown_type")

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

    async def _sign_in(self, token: str | None, ref: Any) -> None:
        """Let in a token's member, or anybody where there is none; else end the connection."""
        try:
            if token is None:
                self.listener.admit()
            elif await self.listener.authenticate(token):
                self._answer("authenticated", ref, user=str(self.listener.actor.id))
        except Problem as problem:
            self.listener.dismiss(_refusal(problem))

    async def _subscribe(self, content: dict[str, Any]) -> None:
        ref, topic = str(content.get("ref", "")), str(content.get("topic", ""))
        asked = {name: str(content[name]) for name in PARAMETERS if content.get(name)}
        since = content.get("since")
        try:
            await self.listener.subscribe(ref, topic, asked, "" if since is None else str(since))
        except Problem as problem:
            self.listener.outbox.put(problem_frame(ref, problem))

    def _unsubscribe(self, ref: str) -> None:
        if self.listener.unsubscribe(ref):
            self._answer("unsubscribed", ref)
        else:
            self._answer("error", ref, code="unknown_subscription")

    def _answer(self, kind: str, ref: Any, **members: Any) -> None:
        self.listener.outbox.put(frame(kind, ref=ref, **members))

    async def _send_all(self) -> None:
        """Send what waits until there is no more, and then why."""
        while (text := await self.listener.outbox.next()) is not None:
            await self.send(text_data=text)
        close_reason = self.listener.close_reason
        await self.send(text_data=close_reason.text)
        await self.close(close_reason.code)


def _refusal(problem: Problem) -> CloseReason:
    """Say to a client that it can't stay."""
    if problem.status == 503:  # the process ends
        return shutdown_reason()
    return CloseReason("error", problem_frame(None, problem), TOO_MANY)


def _read(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text) > LONGEST_FRAME:
        return None
    try:
        content = read_json(text)
    except JsonError:
        return None
    return content if isinstance(content, dict) else {}
