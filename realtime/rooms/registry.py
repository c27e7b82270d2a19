"""The rooms of a process, kept in step with those of the other processes.

A room lists the peers of all processes, but delivers only to those connected to this one. Joins,
leaves and messages go to the other processes over the bus. Each process also sends a heartbeat
with its peers every few seconds, so that lost messages are repaired and the peers of a process
that died are dropped.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from realtime.per_loop import PerLoop
from realtime.rooms.bus import RoomBus
from realtime.rooms.room import CallRoom, Peer
from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtime.outbox import Outbox
    from resources.json_text import JsonObject

BEAT_SECONDS = 10
STALE_SECONDS = 30
"""A process without a heartbeat for so long is dead; its peers are dropped."""


class RoomRegistry:
    """All rooms that a connection of this process is in."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = uuid4().hex
        self.rooms: dict[str, CallRoom] = {}
        self.bus = RoomBus(self.process, self._apply)
        self.beats = asyncio.create_task(self._beat_regularly())

    def join(
        self, name: str, peer: Peer, outbox: Outbox, apart: frozenset[str] = frozenset()
    ) -> CallRoom:
        """Add a peer, or update it if it is in already; raises Problem 409 if the room is full.

        The peer meets no user of `apart`.
        """
        room = self.rooms.get(name) or CallRoom(name)
        if peer.id not in room.peers and len(room.peers) >= settings.MOST_ROOM_PEERS:
            raise Problem(409, "room_full", _("The room is full."))
        if name not in self.rooms:
            self.rooms[name] = room
            self.bus.subscribe(name)
            self.bus.send(name, "ask")
        room.outboxes[peer.id] = outbox
        room.apart[peer.id] = apart
        self.put(name, peer)
        return room

    def put(self, name: str, peer: Peer) -> None:
        """Update a peer here and in the other processes."""
        self.rooms[name].put(replace(peer, process=self.process))
        self.bus.send(name, "put", peer=peer.as_json())

    def leave(self, name: str, peer_id: str) -> None:
        """Remove a peer here and in the other processes."""
        room = self.rooms[name]
        room.drop(peer_id)
        self.bus.send(name, "drop", peer=peer_id)
        if not room.outboxes:
            del self.rooms[name]
            self.bus.unsubscribe(name)

    def broadcast(self, name: str, text: str, sender: str) -> None:
        """Send a frame to all peers in the room except its sender."""
        room = self.rooms[name]
        room.send_to_all(text, room.peers.get(sender))
        self.bus.send(name, "say", text=text, by=sender)

    def signal(self, name: str, to: str, text: str, sender: str) -> None:
        """Send a frame to one peer; raises Problem 404 if the sender meets none there."""
        room = self.rooms[name]
        if to not in room.peers or not room.meet(sender, room.peers[to]):
            raise Problem(404, "unknown_peer", _("There is no such peer in the room."))
        if to in room.outboxes:
            room.send_to_peer(to, text)
        else:
            self.bus.send(name, "whisper", to=to, text=text)

    def apply_all(self, messages: Iterable[dict[str, object]]) -> None:
        """Apply messages of a trusted service or of another process."""
        for message in messages:
            self._apply(message)

    def beat(self) -> None:
        """Send this process's peers, drop those of dead processes, and welcome slow peers again."""
        for room in self.rooms.values():
            self.bus.subscribe(room.name)
            self.bus.send(room.name, "here", peers=room.local_peers())
            room.drop_stale(monotonic() - STALE_SECONDS)
            for peer_id in list(room.late):
                room.welcome(peer_id)

    async def _beat_regularly(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.beat()

    def _apply(self, message: JsonObject) -> None:
        """Apply one message from another process."""
        room, process = self.rooms.get(message["room"]), message["process"]
        if room is None:
            return
        match message["kind"]:
            case "ask":
                self.bus.send(room.name, "here", peers=room.local_peers())
            case "here":
                room.replace_peers(
                    process, [_remote_peer(peer, process) for peer in message["peers"]]
                )
            case "put":
                room.put(_remote_peer(message["peer"], process))
            case "drop":
                room.drop(message["peer"])
            case "say":
                room.send_to_all(message["text"], room.peers.get(message.get("by", "")))
            case "whisper":
                room.send_to(message["to"], message["text"])


def _remote_peer(peer: JsonObject, process: str) -> Peer:
    """Read a peer of another process."""
    return Peer(**peer, process=process, seen_at=monotonic())


rooms = PerLoop(RoomRegistry)
known_rooms = rooms.known
