"""Rooms that several processes share over the channel layer."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from realtime.outbox import MOST_FRAMES, Outbox
from realtime.rooms import registry
from realtime.rooms.registry import RoomRegistry
from realtime.rooms.room import Peer
from resources.errors import Problem

pytestmark = pytest.mark.backends


class Process:
    """Another process: its own rooms on the same channel layer."""

    def __init__(self) -> None:
        self.rooms = RoomRegistry()
        self.outbox = Outbox()

    def joins(self, peer_id: str, room: str = "lobby") -> None:
        self.rooms.join(room, Peer(peer_id, None, peer_id, {}), self.outbox)

    def stops(self) -> None:
        """Die without a word."""
        self.rooms.beats.cancel()
        for task in self.rooms.bus.tasks:
            task.cancel()

    def peers(self, room: str = "lobby") -> set[str]:
        return set(self.rooms.rooms[room].peers)


async def eventually(tell: Any, expected: Any) -> None:
    for _attempt in range(100):
        if tell() == expected:
            return
        await asyncio.sleep(0.02)
    assert tell() == expected


def test_processes_tell_each_other_who_is_there_and_what_is_said() -> None:
    async def go() -> None:
        here, there = Process(), Process()
        here.joins("anna")
        await eventually(lambda: there.rooms.bus.channel != "", True)
        there.joins("bert")
        await eventually(here.peers, {"anna", "bert"})
        await eventually(there.peers, {"anna", "bert"})
        assert "bert" in (await here.outbox.next() or "")
        here.rooms.broadcast("lobby", "hello", "anna")
        here.rooms.signal("lobby", "bert", "psst", "anna")
        assert "anna" in (await there.outbox.next() or "")
        assert [await there.outbox.next() for _n in range(2)] == ["hello", "psst"]
        there.rooms.leave("lobby", "bert")
        await eventually(here.peers, {"anna"})
        here.stops()
        there.stops()

    asyncio.run(go())


def test_the_peers_of_a_killed_process_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(registry, "monotonic", lambda: now)

    async def go() -> None:
        nonlocal now
        here, lives, killed = Process(), Process(), Process()
        for process, name in ((here, "anna"), (lives, "bert"), (killed, "cleo")):
            process.joins(name)
            await eventually(process.rooms.bus.waiting.empty, True)
        await eventually(here.peers, {"anna", "bert", "cleo"})
        await asyncio.sleep(0.3)  # for what it says last
        killed.stops()
        now += 29
        lives.rooms.beat()
        here.rooms.beat()
        assert here.peers() == {"anna", "bert", "cleo"}
        peers = here.rooms.rooms["lobby"].peers
        await eventually(lambda: peers["bert"].seen_at, now)
        now += 2
        here.rooms.beat()
        assert here.peers() == {"anna", "bert"}
        here.stops()
        lives.stops()

    asyncio.run(go())


def test_a_lost_message_is_made_good_by_the_next_beat() -> None:
    async def go() -> None:
        here, there = Process(), Process()
        here.joins("anna")
        there.joins("bert")
        await eventually(here.peers, {"anna", "bert"})
        room = there.rooms.rooms["lobby"]
        room.drop("bert")
        room.outboxes["clara"] = there.outbox
        room.put(Peer("clara", None, "clara", {}))
        there.rooms.beat()
        await eventually(here.peers, {"anna", "clara"})
        here.stops()
        there.stops()

    asyncio.run(go())


def test_a_slow_client_misses_what_is_said_and_is_told_anew_who_is_there() -> None:
    async def go() -> None:
        here = Process()
        here.joins("slow")
        for number in range(MOST_FRAMES + 10):
            here.rooms.broadcast("lobby", str(number), "somebody")
        assert len(here.outbox.frames) == MOST_FRAMES
        here.outbox.frames.clear()
        here.rooms.beat()
        assert "joined" in (await here.outbox.next() or "")
        here.rooms.beat()
        assert not here.outbox.frames
        here.stops()

    asyncio.run(go())


def test_nobody_signals_to_who_is_not_there() -> None:
    async def go() -> None:
        here = Process()
        here.joins("anna")
        with pytest.raises(Problem) as raised:
            here.rooms.signal("lobby", "nobody", "psst", "anna")
        assert raised.value.code == "unknown_peer"
        here.stops()

    asyncio.run(go())
