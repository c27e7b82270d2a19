"""The member who reads, writes and listens meanwhile, in a process of their own.

Others of the same address share the writing, as that of one member is limited.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count, cycle
from time import monotonic
from typing import TYPE_CHECKING

from websockets import Subprotocol
from websockets.asyncio.client import connect

from chaos.attack.wire import Address, ClosedError, Connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from multiprocessing.connection import Connection as Pipe

READS_PER_SECOND = 30
WRITES_PER_SECOND = 10
"""An event each: beyond ten seconds of a phase, their p99 is not simply the slowest of them."""
PATIENCE_SECONDS = 15.0
"""What takes longer counts as so long."""

LISTED = "?limit=30&like_count__gte=%d&expand=creator"


@dataclass
class Times:
    """Seconds that things took, and how often they failed."""

    read: list[float] = field(default_factory=list)
    write: list[float] = field(default_factory=list)
    event: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)


class Pool:
    """Connections of one member: one more whenever all others wait for an answer."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.idle: list[Connection] = []

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request over a free connection; raises ClosedError."""
        while self.idle:
            connection = self.idle.pop()
            if not connection.reader.at_eof():
                break
        else:
            connection = await Connection.opened(self.address)
        answer = await connection.ask(request)
        self.idle.append(connection)
        return answer


class Member:
    """Reads, writes and listens at a steady pace, whatever that takes.

    The first of the tokens reads and listens; all of them write, in turn.
    """

    def __init__(self, address: Address, tokens: Sequence[str], cards: list[str]) -> None:
        self.address = address
        self.token = tokens[0]
        self.authors = cycle(tokens)
        self.cards = cards
        self.pool = Pool(address)
        self.numbers = count()
        self.sent_at: dict[str, float] = {}
        self.times = Times()
        self.tasks: set[asyncio.Task[None]] = set()

    async def read(self) -> None:
        """Read a card, or a page of them that starts elsewhere each time."""
        number = next(self.numbers)
        path = f"/{self.cards[number % len(self.cards)]}" if number % 2 else LISTED % (number % 900)
        request = self.address.request("GET", f"/api/v1/cards{path}", token=self.token)
        await self._timed("read", request)

    async def write(self) -> None:
        """Publish a card."""
        title = f"Probe {next(self.numbers)}"
        body = json.dumps({"title": title, "status": "published"}).encode()
        kind = "application/json"
        request = self.address.request(
            "POST", "/api/v1/cards", body=body, kind=kind, token=next(self.authors)
        )
        self.sent_at[title] = monotonic()
        if not await self._timed("write", request):
            self.sent_at.pop(title, None)

    async def _timed(self, kind: str, request: bytes) -> bool:
        began = monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status, _body = await self.pool.ask(request)
            failure = "" if status < 300 else str(status)
        except TimeoutError:
            failure = "late"
        except (ClosedError, OSError):
            failure = "closed"
        getattr(self.times, kind).append(monotonic() - began)
        if failure:
            self.times.failures[f"{kind} {failure}"] += 1
        return not failure

    async def listen(self) -> None:
        """Hear of all cards, for ever."""
        url = self.address.url.replace("http", "ws", 1) + "/ws/v1"
        protocols = [Subprotocol("holobase.v1"), Subprotocol(f"bearer.{self.token}")]
        local = (self.address.local, 0)
        while True:
            try:
                async with connect(url, subprotocols=protocols, local_addr=local) as socket:
                    await socket.send('{"type":"subscribe","ref":"1","topic":"cards"}')
                    async for text in socket:
                        self.hear(str(text))
            except (OSError, EOFError):
                pass
            self.times.failures["listening ended"] += 1
            await asyncio.sleep(0.2)

    def hear(self, text: str) -> None:
        """Note how late an event of one's own is."""
        told = json.loads(text).get("record") or {}
        sent_at = self.sent_at.pop(told.get("title", ""), None)
        if sent_at is not None:
            self.times.event.append(monotonic() - sent_at)

    async def steadily(self, per_second: float, work: Callable[[], Awaitable[None]]) -> None:
        """Begin work so often, whether or not what was begun before has ended."""
        began = monotonic()
        for number in count(1):
            task = asyncio.ensure_future(work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            await asyncio.sleep(max(0.0, began + number / per_second - monotonic()))

    async def live(self, seconds: float) -> Times:
        """Read and write for some seconds, wait for what is under way, and tell the times."""
        self.times = Times()
        busy = [
            asyncio.create_task(self.steadily(READS_PER_SECOND, self.read)),
            asyncio.create_task(self.steadily(WRITES_PER_SECOND, self.write)),
        ]
        await asyncio.sleep(seconds)
        for task in busy:
            task.cancel()
        until = monotonic() + PATIENCE_SECONDS
        while (self.tasks or self.sent_at) and monotonic() < until:
            await asyncio.sleep(0.05)
        for title in list(self.sent_at):
            self.times.event.append(monotonic() - self.sent_at.pop(title))
            self.times.failures["event missing"] += 1
        return self.times


def live(pipe: Pipe, address: Address, tokens: Sequence[str], cards: list[str]) -> None:
    """Do what the pipe asks for: live for so many seconds, answered with the times."""
    asyncio.run(_live(pipe, Member(address, tokens, cards)))


async def _live(pipe: Pipe, member: Member) -> None:
    listening = asyncio.create_task(member.listen())
    loop = asyncio.get_running_loop()
    while (seconds := await loop.run_in_executor(None, pipe.recv)) is not None:
        pipe.send(await member.live(seconds))
    listening.cancel()
