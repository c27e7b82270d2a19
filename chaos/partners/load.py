"""Five requests a second and a listener, whatever happens to what serves them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, override

import httpx
from PIL import Image
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resources.json_text import JsonObject

PAUSE = 0.2
PATIENCE = 60.0
"""Seconds after which a request counts as one that nobody answers."""
KINDS = ("list", "record", "write", "sign-in", "upload")
NO_ANSWER = 0
LOST_AFTER_SECONDS = 30.0
"""How long a write is looked for: S3 that is back finds its volumes one after the other."""


@dataclass(frozen=True)
class Answered:
    """One request: when it began, how long it took, and the status, or `NO_ANSWER`."""

    kind: str
    began: float
    seconds: float
    status: int
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it was carried out."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Acknowledged:
    """A write that was answered with 201: the record, and its picture if it has one."""

    record_id: str
    title: str
    at: float
    picture: str = ""


class Load(Thread):
    """Asks for something every `PAUSE` seconds, one kind after the other, until `stop`.

    It writes by `token` and signs in by `guest`: an account has only so many sessions.
    """

    def __init__(self, address: str, guest: dict[str, str], token: str) -> None:
        super().__init__(name="load", daemon=True)
        self.address = address
        self.guest = guest
        self.headers = {"Authorization": f"Bearer {token}"}
        self.answers: list[Answered] = []
        self.acknowledged: list[Acknowledged] = []
        self.misread: list[str] = []
        self.listener = Listener(address)
        self.under_way: dict[asyncio.Task[None], float] = {}
        self.is_over = Event()
        self.drawn = _picture()

    @override
    def run(self) -> None:
        """Ask until it is over."""
        asyncio.run(self._ask_on())

    def stop(self) -> None:
        """Ask no more, and wait for what is under way."""
        self.is_over.set()
        self.join()

    def between(self, start: float, end: float) -> list[Answered]:
        """Return the requests that began in a span of time."""
        return [each for each in self.answers if start <= each.began < end]

    def is_good_since(self, start: float) -> bool:
        """Return whether all requests since then were carried out, and none from before waits."""
        recent = self.between(start, monotonic())
        is_done = all(began >= start for began in list(self.under_way.values()))
        return is_done and bool(recent) and all(each.is_good for each in recent)

    async def _ask_on(self) -> None:
        limits = httpx.Limits(max_connections=None)
        address = f"http://{self.address}"
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
            listening = asyncio.create_task(self.listener.listen())
            for kind in cycle(KINDS):
                if self.is_over.is_set():
                    break
                task = asyncio.create_task(self._ask(client, kind))
                self.under_way[task] = monotonic()
                task.add_done_callback(self.under_way.pop)
                await asyncio.sleep(PAUSE)
            await asyncio.gather(*self.under_way)
            await asyncio.sleep(1)
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _ask(self, client: httpx.AsyncClient, kind: str) -> None:
        began = monotonic()
        try:
            response = await self._send(client, kind, f"{kind} {len(self.answers)} {began}")
        except httpx.HTTPError as failure:
            waited = monotonic() - began
            self.answers.append(Answered(kind, began, waited, NO_ANSWER, type(failure).__name__))
            return
        code = "" if response.is_success else response.text[:200]
        status = response.status_code
        self.answers.append(Answered(kind, began, monotonic() - began, status, code))

    async def _send(self, client: httpx.AsyncClient, kind: str, title: str) -> httpx.Response:
        asked_at = monotonic()
        match kind:
            case "list":
                return await client.get("/api/v1/cards", params={"limit": 5, "filter": _unheard()})
            case "record" if self.acknowledged:
                return await self._read(client, self.acknowledged[-1])
            case "sign-in":
                return await self._sign_in(client)
            case "upload":
                form = {"title": title, "status": "published"}
                files = {"front": ("front.png", self.drawn, "image/png")}
                sent = await client.post(
                    "/api/v1/cards", data=form, files=files, headers=self.headers
                )
            case _:
                card = {"title": title, "status": "published"}
                sent = await client.post("/api/v1/cards", json=card, headers=self.headers)
        if sent.status_code == 201:
            made = sent.json()
            picture = made["front"]["url"] if made["front"] else ""
            self.acknowledged.append(Acknowledged(made["id"], title, asked_at, picture))
        return sent

    async def _read(self, client: httpx.AsyncClient, written: Acknowledged) -> httpx.Response:
        answer = await client.get(f"/api/v1/cards/{written.record_id}")
        if answer.is_success and answer.json()["title"] != written.title:
            self.misread.append(f"{written}: {answer.text}")
        return answer

    async def _sign_in(self, client: httpx.AsyncClient) -> httpx.Response:
        given = {"identity": self.guest["email"], "password": self.guest["password"]}
        return await client.post("/api/v1/auth/token", json=given)


class Listener:
    """A subscription to all cards, which resumes where it was cut off."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heard: set[str] = set()
        self.cursor = ""
        self.resets = 0

    async def listen(self) -> None:
        """Listen, and connect again whenever that ends."""
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(f"ws://{self.address}/ws/v1", ping_interval=None) as live:
                    since = {"since": self.cursor} if self.cursor else {}
                    asked = {"type": "subscribe", "ref": "1", "topic": "cards", **since}
                    await live.send(json.dumps(asked))
                    async for text in live:
                        self._hear(json.loads(text))
            await asyncio.sleep(0.2)

    def _hear(self, frame: JsonObject) -> None:
        self.cursor = frame.get("cursor") or self.cursor
        self.resets += frame["type"] == "reset"
        if frame["type"] == "event":
            self.heard.add(frame["id"])


def lost_in_the_end(load: Load, since: int = 0) -> Mapping[Acknowledged, str]:
    """Return the writes from the number `since` on that are not there, however often one looks."""
    until = monotonic() + LOST_AFTER_SECONDS
    lost = _lost(load.address, load.acknowledged[since:], load.drawn)
    first = Counter(lost.values())
    while lost and monotonic() < until:
        sleep(1)
        lost = _lost(load.address, lost, load.drawn)
    if first and not lost:
        sys.stderr.write(f"not there at the first look, but later: {dict(first)}\n")
    return lost


def _lost(
    address: str, acknowledged: Iterable[Acknowledged], picture: bytes
) -> dict[Acknowledged, str]:
    """Return the acknowledged writes that are not there as they were written, and what is."""
    with httpx.Client(base_url=f"http://{address}", timeout=PATIENCE) as client:
        looked = {write: _what_is_wrong(client, write, picture) for write in acknowledged}
    return {write: wrong for write, wrong in looked.items() if wrong}


def _what_is_wrong(client: httpx.Client, write: Acknowledged, picture: bytes) -> str:
    """Look for a write; return what is there instead of it."""
    record = client.get(f"/api/v1/cards/{write.record_id}")
    if not record.is_success or record.json()["title"] != write.title:
        return f"{record.status_code} {record.text[:200]}"
    if not write.picture:
        return ""
    shown = client.get(write.picture)
    if shown.content == picture:
        return ""
    return f"picture: {shown.status_code}, {len(shown.content)} bytes"


def _unheard() -> str:
    """Write a filter that nobody has asked by before, so that it is not answered from memory."""
    return f'title != "{monotonic()}"'


def _picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (60, 84), (90, 20, 160)).save(drawn, "PNG")
    return drawn.getvalue()
