"""The rooms that one connection is in, and what it may do there."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.room_doors import check_door
from realtime.rooms import Peer, rooms
from realtime.subscriptions import frame
from resources.actors import ANONYMOUS
from resources.errors import Problem, beyond_scope, not_permitted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.outbox import Outbox
    from resources.actors import Actor

logger = logging.getLogger("holobase.realtime")

# Not in the thread that looks for revoked tokens: it must not wait for those who want to enter.
find_door = database_sync_to_async(
    check_door, thread_sensitive=False, executor=ThreadPoolExecutor(1, "doors")
)


class Attendance:
    """One connection as a peer: it has one id in all its rooms."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.actor: Actor = ANONYMOUS
        self.peer_id = uuid4().hex
        self.rooms: dict[str, Mapping[str, Any]] = {}
        self.looks: asyncio.Task[None] | None = None

    async def join(self, room: str, metadata: Mapping[str, Any], ref: Any) -> None:
        """Enter a room, or say anew what is shown there; raises Problem when that can't be."""
        if room not in self.rooms and len(self.rooms) >= settings.MOST_ROOMS:
            raise Problem(429, "too_many_rooms", _("There are too many rooms here."))
        await self._pass_door(room)
        entered = rooms().join(room, self._peer(metadata), self.outbox)
        self.rooms[room] = metadata
        entered.welcome(self.peer_id, ref)
        if self.looks is None or self.looks.done():
            self.looks = asyncio.create_task(self._look_again())

    def leave(self, room: str) -> None:
        """Go out of a room; raises Problem 404 for one that the connection is not in."""
        self._require_in(room)
        del self.rooms[room]
        rooms().leave(room, self.peer_id)

    def leave_all(self) -> None:
        """Go out of every room."""
        if self.looks:
            self.looks.cancel()
        for room in list(self.rooms):
            self.leave(room)

    def show(self, room: str, metadata: Mapping[str, Any]) -> None:
        """Change what is shown of the connection in a room."""
        self._require_in(room)
        self.rooms[room] = metadata
        rooms().put(room, self._peer(metadata))

    def broadcast(self, room: str, event: str, payload: Any) -> None:
        """Send to all others in a room; raises Problem 403 when the member is silenced."""
        self._require_in(room)
        self._require_scope()
        if self.actor.is_silenced:
            raise Problem(403, "silenced", _("You may not write for now."))
        members = {"room": room, "from": self.peer_id, "event": event, "payload": payload}
        rooms().broadcast(room, frame("broadcast", **members), self.peer_id)

    def signal(self, room: str, to: str, data: Any) -> None:
        """Send to one peer in the same room; raises Problem 404 when it is not there."""
        self._require_in(room)
        self._require_scope()
        members = {"room": room, "from": self.peer_id, "data": data}
        rooms().signal(room, to, frame("signal", **members))

    async def act_as(self, actor: Actor) -> None:
        """Be another actor, where that one may be."""
        self.actor = actor
        await self._ask_at_doors()
        for room, metadata in self.rooms.items():
            rooms().put(room, self._peer(metadata))

    async def _look_again(self) -> None:
        """Ask again now and then: a record can be hidden from those in its room."""
        while self.rooms:
            await asyncio.sleep(settings.REALTIME_RECHECK_SECONDS)
            try:
                await self._ask_at_doors()
            except Exception:
                logger.exception("it is unknown who may be in a room")

    async def _ask_at_doors(self) -> None:
        """Ask at every door anew; out where the connection may no longer be."""
        for room in list(self.rooms):
            try:
                await self._pass_door(room)
            except Problem as problem:
                self._put_out(room, problem)

    async def _pass_door(self, room: str) -> None:
        """Wait to be let in as whom the connection is by then: that can change meanwhile."""
        asked: Actor | None = None
        while asked != self.actor:
            asked = self.actor
            await find_door(room, asked)
        if self.outbox.is_ended:
            raise not_permitted()

    def _put_out(self, room: str, problem: Problem) -> None:
        if room in self.rooms:
            self.leave(room)
            self.outbox.offer(frame("left", room=room, code=problem.code))

    def _peer(self, metadata: Mapping[str, Any]) -> Peer:
        user = str(self.actor.id) if self.actor.id else None
        return Peer(self.peer_id, user, self.actor.name, metadata)

    def _require_in(self, room: str) -> None:
        if room not in self.rooms:
            raise Problem(404, "not_in_room", _("You are not in this room."))

    def _require_scope(self) -> None:
        if not self.actor.has_scope("rooms", "write"):
            raise beyond_scope("rooms", "write")
