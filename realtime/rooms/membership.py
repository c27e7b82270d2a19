"""The membership of one connection: the rooms it is in, and what it may do there."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

from channels.db import database_sync_to_async
from django.conf import settings
from django.utils.translation import gettext as _

from realtime.rooms.policy import admit
from realtime.rooms.registry import rooms
from realtime.rooms.room import Peer
from realtime.subscriptions import frame
from resources.actors import ANONYMOUS
from resources.errors import Problem, beyond_scope, not_permitted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.outbox import Outbox
    from resources.actors import Actor

logger = logging.getLogger("holobase.realtime")

# A thread of its own, so that the recheck of revoked tokens never waits behind joins.
admit_in_thread = database_sync_to_async(
    admit, thread_sensitive=False, executor=ThreadPoolExecutor(1, "room-entry")
)


class Membership:
    """One connection as a peer; it has the same peer id in all its rooms."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.actor: Actor = ANONYMOUS
        self.peer_id = uuid4().hex
        self.apart: frozenset[str] = frozenset()
        self.rooms: dict[str, Mapping[str, object]] = {}
        self.rechecks: asyncio.Task[None] | None = None

    async def join(self, room: str, metadata: Mapping[str, object], ref: object) -> None:
        """Join a room, or update the metadata there; raises Problem if the actor may not."""
        if room not in self.rooms and len(self.rooms) >= settings.MOST_ROOMS:
            raise Problem(429, "too_many_rooms", _("There are too many rooms here."))
        await self._require_entry(room)
        entered = rooms().join(room, self._peer(metadata), self.outbox, self.apart)
        self.rooms[room] = metadata
        entered.welcome(self.peer_id, ref)
        if self.rechecks is None or self.rechecks.done():
            self.rechecks = asyncio.create_task(self._recheck_regularly())

    def leave(self, room: str) -> None:
        """Leave a room; raises Problem 404 if the connection is not in it."""
        self._require_in(room)
        del self.rooms[room]
        rooms().leave(room, self.peer_id)

    def leave_all(self) -> None:
        """Leave every room."""
        if self.rechecks:
            self.rechecks.cancel()
        for room in list(self.rooms):
            self.leave(room)

    def update_presence(self, room: str, metadata: Mapping[str, object]) -> None:
        """Update the connection's metadata in a room."""
        self._require_in(room)
        self.rooms[room] = metadata
        rooms().put(room, self._peer(metadata))

    def broadcast(self, room: str, event: str, payload: object) -> None:
        """Send to all other peers in a room; raises Problem 403 if the member is silenced."""
        self._require_in(room)
        self._require_scope()
        if self.actor.is_silenced:
            raise Problem(403, "silenced", _("You may not write for now."))
        members = {"room": room, "from": self.peer_id, "event": event, "payload": payload}
        rooms().broadcast(room, frame("broadcast", **members), self.peer_id)

    def signal(self, room: str, to: str, data: object) -> None:
        """Send to one peer in the same room; raises Problem 404 if it is not in the room."""
        self._require_in(room)
        self._require_scope()
        members = {"room": room, "from": self.peer_id, "data": data}
        rooms().signal(room, to, frame("signal", **members), self.peer_id)

    async def act_as(self, actor: Actor) -> None:
        """Continue as another actor; leave the rooms that this one may not be in."""
        self.actor = actor
        await self.recheck()
        for room, metadata in self.rooms.items():
            rooms().put(room, self._peer(metadata))

    async def recheck(self) -> None:
        """Leave the rooms that are closed to the actor by now, and whom it meets no more."""
        for room in list(self.rooms):
            try:
                await self._require_entry(room)
            except Problem as problem:
                self._expel(room, problem)
        for room in self.rooms:
            entered = rooms().rooms[room]
            if entered.apart[self.peer_id] != self.apart:
                entered.apart[self.peer_id] = self.apart
                entered.welcome(self.peer_id)

    async def _recheck_regularly(self) -> None:
        """Check entry again at intervals: a record can become hidden from those in its room."""
        while self.rooms:
            await asyncio.sleep(settings.REALTIME_RECHECK_SECONDS)
            try:
                await self.recheck()
            except Exception:
                logger.exception("entry to rooms could not be checked")

    async def _require_entry(self, room: str) -> None:
        """Check entry; again if the connection's actor changed while the check was waiting."""
        checked: Actor | None = None
        while checked != self.actor:
            checked = self.actor
            self.apart = await admit_in_thread(room, checked)
        if self.outbox.is_ended:
            raise not_permitted()

    def _expel(self, room: str, problem: Problem) -> None:
        if room in self.rooms:
            self.leave(room)
            self.outbox.offer(frame("left", room=room, code=problem.code))

    def _peer(self, metadata: Mapping[str, object]) -> Peer:
        user = str(self.actor.id) if self.actor.id else None
        return Peer(self.peer_id, user, self.actor.name, metadata)

    def _require_in(self, room: str) -> None:
        if room not in self.rooms:
            raise Problem(404, "not_in_room", _("You are not in this room."))

    def _require_scope(self) -> None:
        if not self.actor.has_scope("rooms", "write"):
            raise beyond_scope("rooms", "write")
