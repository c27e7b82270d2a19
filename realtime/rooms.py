"""The rooms of a process: who is in them, and how what happens there reaches everyone.

A room holds the peers of all processes, but delivers only to those connected here. What happens
is told to the other processes over the wire; each also says every few seconds who is with it, so
that a lost message is made good and the peers of a process that died are forgotten.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from realtime.per_loop import PerLoop
from realtime.room_wire import Wire
from realtime.subscriptions import frame
from resources.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtime.outbox import Outbox

BEAT_SECONDS = 10
SILENCE_SECONDS = 30
"""A process that has said nothing for so long is gone, and its peers with it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection in a room; a member with two devices is two peers with one `user`."""

    id: str
    user: str | None
    name: str
    metadata: Mapping[str, Any]
    process: str = field(default="", compare=False)
    seen_at: float = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Show the peer to others."""
        return {"id": self.id, "user": self.user, "name": self.name, "metadata": self.metadata}


class Room:
    """Who is in one room, and the outboxes of those who are connected to this process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.peers: dict[str, Peer] = {}
        self.outboxes: dict[str, Outbox] = {}
        self.late: set[str] = set()

    def put(self, peer: Peer) -> None:
        """Have a peer in the room, new or changed, and tell the others."""
        known = self.peers.get(peer.id)
        self.peers[peer.id] = peer
        if known != peer:
            self._show("update" if known else "join", peer)

    def drop(self, peer_id: str) -> None:
        """Have a peer in the room no more, and tell the others."""
        self.outboxes.pop(peer_id, None)
        self.late.discard(peer_id)
        peer = self.peers.pop(peer_id, None)
        if peer:
            self._show("leave", peer)

    def has_only(self, process: str, peers: Iterable[Peer]) -> None:
        """Have just these peers of another process."""
        here = {peer.id: peer for peer in peers}
        for known in list(self.peers.values()):
            if known.process == process and known.id not in here:
                self.drop(known.id)
        for peer in here.values():
            self.put(peer)

    def forget_silent(self, since: float) -> None:
        """Drop the peers of other processes that were not heard of since then."""
        for peer in list(self.peers.values()):
            if peer.id not in self.outboxes and peer.seen_at < since:
                self.drop(peer.id)

    def say(self, text: str, but: str = "") -> None:
        """Send a frame to all who are connected here, but one; who is too slow misses it."""
        for peer_id, outbox in self.outboxes.items():
            if peer_id != but and not outbox.offer(text):
                self.late.add(peer_id)

    def whisper(self, to: str, text: str) -> None:
        """Send a frame to one peer, if it is connected here."""
        if to in self.outboxes and not self.outboxes[to].offer(text):
            self.late.add(to)

    def tell(self, to: str, text: str) -> None:
        """Send a frame to one peer, or to all those of a user, that are connected here."""
        for peer_id in list(self.outboxes):
            if to in (peer_id, self.peers[peer_id].user):
                self.whisper(peer_id, text)

    def welcome(self, peer_id: str, ref: Any = None) -> None:
        """Tell a peer that it is in the room, and who else is."""
        others = [peer.as_json() for peer in self.peers.values() if peer.id != peer_id]
        you = self.peers[peer_id].as_json()
        text = frame("joined", ref=ref, room=self.name, you=you, peers=others)
        self.late.discard(peer_id)
        self.whisper(peer_id, text)

    def here(self) -> list[dict[str, Any]]:
        """Show the peers that are connected to this process."""
        return [self.peers[peer_id].as_json() for peer_id in self.outboxes]

    def _show(self, action: str, peer: Peer) -> None:
        shown = frame("presence", room=self.name, action=action, peer=peer.as_json())
        self.say(shown, but=peer.id)


class Rooms:
    """All rooms with somebody of this process in them."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = uuid4().hex
        self.rooms: dict[str, Room] = {}
        self.wire = Wire(self.process, self._hear)
        self.beats = asyncio.create_task(self._beat_on())

    def join(self, name: str, peer: Peer, outbox: Outbox) -> Room:
        """Let a peer in, again if it is in already; raises Problem 409 when the room is full."""
        room = self.rooms.get(name) or Room(name)
        if peer.id not in room.peers and len(room.peers) >= settings.MOST_ROOM_PEERS:
            raise Problem(409, "room_full", _("The room is full."))
        if name not in self.rooms:
            self.rooms[name] = room
            self.wire.tune_in(name)
            self.wire.send(name, "ask")
        room.outboxes[peer.id] = outbox
        self.put(name, peer)
        return room

    def put(self, name: str, peer: Peer) -> None:
        """Show a peer as it is now."""
        self.rooms[name].put(replace(peer, process=self.process))
        self.wire.send(name, "put", peer=peer.as_json())

    def leave(self, name: str, peer_id: str) -> None:
        """Let a peer go."""
        room = self.rooms[name]
        room.drop(peer_id)
        self.wire.send(name, "drop", peer=peer_id)
        if not room.outboxes:
            del self.rooms[name]
            self.wire.tune_out(name)

    def broadcast(self, name: str, text: str, sender: str) -> None:
        """Send a frame to everyone in the room but its sender."""
        self.rooms[name].say(text, but=sender)
        self.wire.send(name, "say", text=text)

    def signal(self, name: str, to: str, text: str) -> None:
        """Send a frame to one peer; raises Problem 404 when it is not in the room."""
        room = self.rooms[name]
        if to not in room.peers:
            raise Problem(404, "unknown_peer", _("There is no such peer in the room."))
        if to in room.outboxes:
            room.whisper(to, text)
        else:
            self.wire.send(name, "whisper", to=to, text=text)

    def hear_all(self, messages: Iterable[dict[str, Any]]) -> None:
        """Do here what a trusted service says, or what happened at another process."""
        for message in messages:
            self._hear(message)

    def beat(self) -> None:
        """Say who is here, forget who is gone, and give the slow another chance."""
        for room in self.rooms.values():
            self.wire.tune_in(room.name)
            self.wire.send(room.name, "here", peers=room.here())
            room.forget_silent(monotonic() - SILENCE_SECONDS)
            for peer_id in list(room.late):
                room.welcome(peer_id)

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self.beat()

    def _hear(self, message: dict[str, Any]) -> None:
        """Do here what happened in a room at another process."""
        room, process = self.rooms.get(message["room"]), message["process"]
        if room is None:
            return
        match message["kind"]:
            case "ask":
                self.wire.send(room.name, "here", peers=room.here())
            case "here":
                room.has_only(process, [_seen(peer, process) for peer in message["peers"]])
            case "put":
                room.put(_seen(message["peer"], process))
            case "drop":
                room.drop(message["peer"])
            case "say":
                room.say(message["text"])
            case "whisper":
                room.tell(message["to"], message["text"])


def _seen(peer: Mapping[str, Any], process: str) -> Peer:
    """Read a peer that another process says is there."""
    return Peer(**peer, process=process, seen_at=monotonic())


rooms = PerLoop(Rooms)
known_rooms = rooms.known
