"""One room and its peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtime.subscriptions import frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from realtime.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Peer:
    """One connection in a room; a member with two devices is two peers with one `user`."""

    id: str
    user: str | None
    name: str
    metadata: Mapping[str, object]
    process: str = field(default="", compare=False)
    seen_at: float = field(default=0, compare=False)

    def as_json(self) -> dict[str, object]:
        """Return the peer as others see it."""
        return {"id": self.id, "user": self.user, "name": self.name, "metadata": self.metadata}


class CallRoom:
    """The peers of one room, and the outboxes of those connected to this process.

    `apart` has the users whom a local peer does not meet, by peer id: neither hears the other.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.peers: dict[str, Peer] = {}
        self.outboxes: dict[str, Outbox] = {}
        self.apart: dict[str, frozenset[str]] = {}
        self.late: set[str] = set()

    def put(self, peer: Peer) -> None:
        """Add or update a peer, and tell the others."""
        known = self.peers.get(peer.id)
        self.peers[peer.id] = peer
        if known != peer:
            self._announce("update" if known else "join", peer)

    def drop(self, peer_id: str) -> None:
        """Remove a peer, and tell the others."""
        self.outboxes.pop(peer_id, None)
        self.apart.pop(peer_id, None)
        self.late.discard(peer_id)
        peer = self.peers.pop(peer_id, None)
        if peer:
            self._announce("leave", peer)

    def replace_peers(self, process: str, peers: Iterable[Peer]) -> None:
        """Replace the peers of another process."""
        given = {peer.id: peer for peer in peers}
        for known in list(self.peers.values()):
            if known.process == process and known.id not in given:
                self.drop(known.id)
        for peer in given.values():
            self.put(peer)

    def drop_stale(self, since: float) -> None:
        """Drop the peers of other processes that were last seen before `since`."""
        for peer in list(self.peers.values()):
            if peer.id not in self.outboxes and peer.seen_at < since:
                self.drop(peer.id)

    def send_to_all(self, text: str, sender: Peer | None = None) -> None:
        """Send a frame to all local peers but the sender; one whose outbox is full misses it."""
        for peer_id, outbox in self.outboxes.items():
            is_for_it = sender is None or (peer_id != sender.id and self.meet(peer_id, sender))
            if is_for_it and not outbox.offer(text):
                self.late.add(peer_id)

    def meet(self, peer_id: str, other: Peer) -> bool:
        """Return whether a local peer meets another one."""
        return other.user not in self.apart.get(peer_id, ())

    def send_to_peer(self, to: str, text: str) -> None:
        """Send a frame to one peer, if it is connected to this process."""
        if to in self.outboxes and not self.outboxes[to].offer(text):
            self.late.add(to)

    def send_to(self, to: str, text: str) -> None:
        """Send a frame to the local peers whose peer id or user id is `to`."""
        for peer_id in list(self.outboxes):
            if to in (peer_id, self.peers[peer_id].user):
                self.send_to_peer(peer_id, text)

    def welcome(self, peer_id: str, ref: object = None) -> None:
        """Send a peer `joined` with the other peers."""
        met = (peer for peer in self.peers.values() if self.meet(peer_id, peer))
        others = [peer.as_json() for peer in met if peer.id != peer_id]
        you = self.peers[peer_id].as_json()
        text = frame("joined", ref=ref, room=self.name, you=you, peers=others)
        self.late.discard(peer_id)
        self.send_to_peer(peer_id, text)

    def local_peers(self) -> list[dict[str, object]]:
        """Return the peers connected to this process."""
        return [self.peers[peer_id].as_json() for peer_id in self.outboxes]

    def _announce(self, action: str, peer: Peer) -> None:
        shown = frame("presence", room=self.name, action=action, peer=peer.as_json())
        self.send_to_all(shown, peer)
