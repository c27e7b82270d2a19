"""Subscribers that come back after every break, many in a process of their own."""

from __future__ import annotations

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from websockets.exceptions import WebSocketException

from chaos.faults.mirror import Mirror
from chaos.faults.wire import open_wire

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from chaos.faults.mirror import Interest, Row
    from chaos.faults.wire import Wire
    from resources.json_text import JsonObject

BROKEN = (OSError, EOFError, TimeoutError, WebSocketException)
FETCHES_AT_ONCE = 8
QUIET_SECONDS = 2.0
START_SECONDS = 20.0
OPENINGS_AT_ONCE = 32


@dataclass(frozen=True)
class Places:
    """Where the processes of each role answer, whether they are up or not."""

    apis: list[str]
    realtimes: list[str]


class Fetcher:
    """Fetches rows over REST from whichever process answers."""

    def __init__(self, places: Places, chance: random.Random) -> None:
        self.places = places
        self.chance = chance
        self.client = httpx.AsyncClient(timeout=60)
        self.turns = asyncio.Semaphore(FETCHES_AT_ONCE)

    async def fetch(self, interest: Interest) -> dict[str, Row]:
        """Return all the rows of an interest by id, however often that has to be tried."""
        while True:
            with suppress(httpx.TransportError):
                async with self.turns:
                    return await self._fetch(interest)
            await asyncio.sleep(0.2)

    async def _fetch(self, interest: Interest) -> dict[str, Row]:
        asked = "" if interest.is_record else "limit=100"
        for name in ("filter", "fields"):
            if value := getattr(interest, name):
                asked += f"&{name}={quote(value)}"
        mark = "&" if "?" in interest.path else "?"
        api = f"http://{self.chance.choice(self.places.apis)}"
        rows: dict[str, Row] = {}
        url: str | None = f"{api}/api/v1/{interest.path}{mark}{asked}"
        while url:
            answer = await self._get(url, interest)
            url = answer["next"]
            rows |= {row["id"]: row for row in answer["results"]}
        return rows

    async def _get(self, url: str, interest: Interest) -> JsonObject:
        headers = {"Authorization": f"Bearer {interest.token}"} if interest.token else {}
        answer = await self.client.get(url, headers=headers)
        if answer.status_code >= 500:
            raise httpx.ReadError(answer.text)
        if not interest.is_record:
            page: JsonObject = answer.raise_for_status().json()
            return page
        found = [] if answer.status_code == 404 else [answer.raise_for_status().json()]
        return {"results": found, "next": None}


@dataclass
class Subscriber:
    """One client: a connection, a copy of the rows, and how it went."""

    mirror: Mirror
    places: Places
    fetcher: Fetcher
    openings: asyncio.Semaphore
    chance: random.Random
    wire: Wire | None = None
    fetching: asyncio.Task[None] | None = None
    last_heard: float = field(default_factory=monotonic)
    rest: float = 0.0
    is_subscribed: bool = False

    async def run(self) -> None:
        """Listen for ever, at another process after each break."""
        while True:
            try:
                await self._listen()
            except BROKEN:
                self.mirror.counts["breaks"] += 1
            if self.wire:
                self.wire.cut()
                self.wire = None
            self.is_subscribed = False
            await asyncio.sleep(self.rest + self.chance.uniform(0.1, 0.6))
            self.rest = 0.0

    async def _listen(self) -> None:
        since = self.mirror.cursor
        self.mirror.resumes()
        if not since:
            self._drop_fetch()
        async with self.openings:
            address = self.chance.choice(self.places.realtimes)
            self.wire = await open_wire(address, self.mirror.interest, since)
        while True:
            frame = await self.wire.next()
            self.last_heard = monotonic()
            self._take(frame)

    def _take(self, frame: JsonObject) -> None:
        match frame["type"]:
            case "event":
                self.mirror.hear(frame)
            case "subscribed":
                self.is_subscribed = True
                self.mirror.counts["subscribed"] += 1
                self.mirror.subscribed(frame["cursor"])
                if not self.mirror.is_complete and self.fetching is None:
                    self._fetch_anew()
            case "reset":
                self.mirror.counts["resets"] += 1
                self.mirror.begin()
                self._drop_fetch()
                self._fetch_anew()
            case _:
                self._take_other(frame)
        if "stream_id" in frame:  # a browser resumes from the last of any frame
            self.mirror.cursor = frame["stream_id"]

    def _take_other(self, frame: JsonObject) -> None:
        match frame["type"]:
            case "authenticated":
                pass
            case "reconnect":
                self.mirror.counts["sent elsewhere"] += 1
                self.rest = frame["after"] / 1000
            case "error" if frame.get("status") == 503:
                raise ConnectionError(frame["code"])
            case _:
                self.mirror.problems.append({"problem": "unexpected frame", "frame": frame})

    def _fetch_anew(self) -> None:
        self.fetching = asyncio.create_task(self._fetch())

    async def _fetch(self) -> None:
        rows = await self.fetcher.fetch(self.mirror.interest)
        self.mirror.fetched(rows)
        self.fetching = None

    def _drop_fetch(self) -> None:
        if self.fetching:
            self.fetching.cancel()
        self.fetching = None
        self.mirror.is_complete = False

    async def settle(self, seconds: float) -> JsonObject:
        """Wait until the copy is what is there, `seconds` at most; returns how it went."""
        started = monotonic()
        while True:
            while not self._is_quiet() and monotonic() - started < seconds:
                await asyncio.sleep(0.2)
            fresh = await self.fetcher.fetch(self.mirror.interest)
            differences = self.mirror.differences(fresh)
            if not self._is_quiet():
                differences = [{"problem": "has not caught up"}]
            if not differences or monotonic() - started > seconds:
                return self._result(differences, self.last_heard - started)
            await asyncio.sleep(1)

    def _is_quiet(self) -> bool:
        is_listening = self.is_subscribed and self.mirror.is_complete
        return is_listening and monotonic() - self.last_heard > QUIET_SECONDS

    def _result(self, differences: list[dict[str, object]], seconds: float) -> JsonObject:
        mirror, interest = self.mirror, self.mirror.interest
        return {
            "name": interest.name,
            "kind": interest.kind,
            "topic": interest.topic,
            "way": "SSE" if interest.is_stream else "WebSocket",
            "cursor": mirror.cursor,
            "rows": len(mirror.rows),
            "seconds": max(0.0, seconds),
            "problems": mirror.problems + differences,
            "counts": dict(mirror.counts),
        }


class Crowd:
    """The subscribers of one process, and what the test tells them to do."""

    def __init__(self, wanted: list[Interest], places: Places, seed: int) -> None:
        chance = random.Random(seed)
        fetcher = Fetcher(places, chance)
        openings = asyncio.Semaphore(OPENINGS_AT_ONCE)
        self.chance = chance
        self.subscribers = [
            Subscriber(Mirror(interest), places, fetcher, openings, chance) for interest in wanted
        ]
        self.running = [asyncio.create_task(one.run()) for one in self.subscribers]

    async def obey(self, orders: Connection) -> None:
        """Do what comes through the pipe until the end; answers each order."""
        while True:
            order, value = await asyncio.to_thread(orders.recv)
            match order:
                case "wait":
                    orders.send(await self.all_listen())
                case "cut":
                    orders.send(self.cut(value))
                case "settle":
                    orders.send(json.dumps(await self.settle(value)))
                    return

    async def all_listen(self) -> bool:
        """Wait until everybody has its rows; raises TimeoutError when somebody never gets them."""
        until = monotonic() + START_SECONDS
        while missing := [one for one in self.subscribers if not one.mirror.is_complete]:
            self._require_running()
            if monotonic() > until:
                raise TimeoutError(
                    str([(one.mirror.interest, one.mirror.problems) for one in missing])
                )
            await asyncio.sleep(0.1)
        return True

    def cut(self, share: float) -> int:
        """Cut a random share of the connections; returns how many."""
        self._require_running()
        listening = [one.wire for one in self.subscribers if one.wire]
        chosen = self.chance.sample(listening, round(len(listening) * share))
        for wire in chosen:
            wire.cut()
        return len(chosen)

    async def settle(self, seconds: float) -> list[JsonObject]:
        """Wait until everybody has caught up; returns how it went."""
        self._require_running()
        return await asyncio.gather(*(one.settle(seconds) for one in self.subscribers))

    def _require_running(self) -> None:
        fetches = [one.fetching for one in self.subscribers if one.fetching]
        for task in (*self.running, *fetches):
            if task.done():
                task.result()


def listen(orders: Connection, wanted: list[Interest], places: Places, seed: int) -> None:
    """Be a process full of subscribers."""

    async def main() -> None:
        await Crowd(wanted, places, seed).obey(orders)

    asyncio.run(main())
