"""Requests to the application without a server, counted in processor time."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import marshal
from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bench.workloads import NEW
from cards.models import Card
from resources import changes
from resources.actors import SYSTEM
from resources.answers import HttpAnswer
from resources.query.list_query import DEFAULT_LIMIT
from server import writer_frames, writer_process
from server.app import application, fast_path
from server.write_executor import GroupCommitWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from realtime.asgi_types import ASGIApp, Message
    from resources.http.exchange import Exchange
    from resources.json_text import JsonObject

AT_ONCE = 16
CARDS = "/api/v1/cards"
BROWSER = {
    "host": "localhost",
    "accept": "application/json",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-GB,en;q=0.9,ko;q=0.8",
    "connection": "keep-alive",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


LAYER = {
    "kind": "foil",
    "angle": 30,
    "opacity": 0.25,
    "mask": "stars",
    "colors": ["#ff00aa", "#00ffaa", "#aa00ff"],
}


@dataclass(frozen=True)
class Ask:
    """One request."""

    path: str
    query: str = ""
    method: str = "GET"
    token: str = ""
    body: bytes = b""

    def scope(self) -> JsonObject:
        """Return the ASGI scope, as the server software makes it."""
        headers = dict(BROWSER)
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        if self.method != "GET":
            headers |= {"content-type": "application/json", "content-length": str(len(self.body))}
        return {
            "type": "http",
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("localhost", 80),
        }


@dataclass(frozen=True)
class Workload:
    """One kind of request, by number; `calls` are those of a round.

    `is_cached` tells whether responses stay cached: they are dropped before each group of requests
    otherwise, as if something had been written; `knows_actors` tells the same of actors. `status`
    is the one that answers must have.
    """

    name: str
    ask: Callable[[int], Ask]
    calls: int
    is_cached: bool = False
    knows_actors: bool = True
    at_once: int = AT_ONCE
    status: int = 200


class HandOver:
    """Writes as the writer's process does, frames included, but in a thread of this process."""

    def __init__(self) -> None:
        self.writer = GroupCommitWriter()

    async def write(self, exchange: Exchange) -> HttpAnswer:
        """Take an exchange apart, put it together and have it written; the same for its answer."""
        pack: Callable[[Exchange], Sequence[object]] = vars(writer_process)["_packed"]
        unpack: Callable[..., Exchange] = vars(writer_process)["_unpacked"]
        _number, _request_id, *rest = _carried(0, *pack(exchange))
        answer = await self.writer.write(unpack(*rest))
        _number, *answered = _carried(0, answer.status, answer.body, dict(answer.headers))
        return HttpAnswer(*answered)


def _carried(*content: object) -> Any:
    return marshal.loads(writer_frames.frame(*content)[writer_frames.LENGTH.size :])  # noqa: S302 - our own frame


class Measurement:
    """Runs workloads over the rows that there are, each request once (see `bench.rows.fill`)."""

    def __init__(self, rows: JsonObject) -> None:
        self.workloads = {one.name: one for one in workloads(rows)}
        self.asked = dict.fromkeys(self.workloads, 0)
        fast_path.writers = HandOver()

    async def use_up(self) -> None:
        """Sign in once, which is all that `THROTTLE_AUTH` leaves here."""
        ask = self.workloads[REFUSED].ask(0)
        await answered(ask.scope(), ask.body, 401)

    async def round(self, name: str) -> float:
        """Run a round; returns the processor seconds of a request, those of threads included."""
        workload = self.workloads[name]
        scopes = [self._next(workload).scope() for _call in range(workload.calls)]
        bodies = [scope.pop("body") for scope in scopes]
        with no_garbage_collection():
            started = process_time()
            for first in range(0, workload.calls, workload.at_once):
                if not workload.is_cached:
                    fast_path.readers.responses.clear()
                if not workload.knows_actors:
                    fast_path.readers.callers.known.clear()
                asked = zip(scopes[first : first + workload.at_once], bodies[first:], strict=False)
                await asyncio.gather(*(answered(*one, workload.status) for one in asked))
            for handler in logging.getLogger().handlers:
                handler.flush()
            used = process_time() - started
        return used / workload.calls

    def _next(self, workload: Workload) -> _Numbered:
        number = self.asked[workload.name]
        self.asked[workload.name] += 1
        return _Numbered(workload.ask(number))


@dataclass(frozen=True)
class _Numbered:
    ask: Ask

    def scope(self) -> JsonObject:
        return {**self.ask.scope(), "body": self.ask.body}


def give_layers() -> None:
    """Write effects of five layers, about 600 bytes of JSON, to the least liked cards."""
    published = Card.objects.filter(status="published")
    for card in published.order_by("like_count", "pk")[: DEFAULT_LIMIT + 1]:
        changes.update(card, by=SYSTEM, effects={"preset": "holo", "layers": [LAYER] * 5})


async def answered(scope: JsonObject, body: bytes, status: int) -> bytes:
    """Return the body of an answer; raises SystemExit when it has another status."""
    messages: list[Message] = []
    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        message = next(received, None)
        if message is None:
            await asyncio.Event().wait()
        return message or {}

    async def send(message: Message) -> None:
        messages.append(message)

    app: ASGIApp = application
    await app(scope, receive, send)
    if messages[0]["status"] != status:
        raise SystemExit(f"{scope['method']} {scope['path']}: {messages}")
    return bytes(messages[1]["body"])


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Collect garbage before and not meanwhile."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


FIRST = "first page, cached"
SIGNED = "first page, cached, signed in"
RETURNED = "first page, cached, signed in, after a change of accounts"
RECORD = "one card, not cached"
CHOSEN = "fields of one card and its creator, not cached"
PAGE = "30 cards, any page"
CHOSEN_PAGE = "fields of 30 cards and their creators, any page"
NARROWED = "10 filtered by the same filter and another column, any page"
LAYERED = "30 cards of five layers, same page, not cached"
EXPANDED = "30 filtered, creator expanded, not cached"
MEMBERS = "a member's 30 with three relations expanded, any page"
COSTLY = "8 ask for one costly page"
REFUSED = "sign-in that is refused (429)"
CREATE, UPDATE, LIKE = "create a card", "update a draft", "like a card"


@dataclass(frozen=True)
class Asks:
    """The requests over the rows of `bench.rows.fill`, by their number."""

    rows: JsonObject

    def page(self, query: str, member: int | None = None) -> Callable[[int], Ask]:
        """Ask for the same page again and again."""
        token = "" if member is None else self.rows["tokens"][member]
        return lambda _number: Ask(CARDS, query, token=token)

    def expanded(self, number: int) -> Ask:
        """Ask as a member for a page that nobody has asked for, with three relations."""
        query = f"{any_page(number).query}&expand=creator,template,remixed_from"
        return Ask(CARDS, query, token=self.rows["tokens"][0])

    def card(self, query: str = "") -> Callable[[int], Ask]:
        """Ask for one card after the other."""
        cards = self.rows["cards"]
        return lambda number: Ask(f"{CARDS}/{cards[number % len(cards)]}", query)

    def draft(self, number: int) -> Ask:
        """Change the title of a draft."""
        drafts = self.rows["drafts"]
        body = json.dumps({"title": f"Draft {number}, changed"}).encode()
        path = f"{CARDS}/{drafts[number % len(drafts)]}"
        return Ask(path, "", "PATCH", self.rows["tokens"][0], body)

    def like(self, number: int) -> Ask:
        """Like a card that the member has not liked yet."""
        cards, tokens = self.rows["cards"], self.rows["tokens"]
        path = f"{CARDS}/{cards[number % len(cards)]}/like"
        return Ask(path, "", "PUT", tokens[number // len(cards)])

    def create(self, _number: int) -> Ask:
        """Create a card."""
        return Ask(CARDS, "", "POST", self.rows["tokens"][0], json.dumps(NEW).encode())


def any_page(number: int) -> Ask:
    """Ask for a page that nobody has asked for."""
    condition = f"like_count<{1_000 - number % 900} && like_count>{number // 900}"
    return Ask(CARDS, f"{LIKES}&filter={quote(condition)}")


def chosen_page(number: int) -> Ask:
    """Ask for some fields of such a page."""
    return Ask(CARDS, f"{any_page(number).query}&{SOME_FIELDS}")


def narrowed(number: int) -> Ask:
    """Ask by a filter that is known, with something else beside it."""
    return Ask(CARDS, f"{EPIC_CARDS}&limit=10&like_count__gte=-{number}")


def refused(_number: int) -> Ask:
    """Sign in where that was done too often."""
    return Ask("/api/v1/auth/token", "", "POST", "", b'{"identity":"x","password":"y"}')


LIKES = "sort=-like_count"
EPIC_CARDS = f"{LIKES}&filter={quote('rarity="epic" && like_count>10')}&expand=creator"
SOME_FIELDS = "expand=creator&fields=id,title,rarity,like_count,expand.creator.username"
SCANNED = f"count=exact&filter={quote('description~"%sentence%"')}"


def workloads(rows: JsonObject) -> Sequence[Workload]:
    """Return the workloads over the rows of `bench.rows.fill`."""
    ask = Asks(rows)
    return (
        Workload(FIRST, ask.page(LIKES), 64, is_cached=True),
        Workload(SIGNED, ask.page(LIKES, 0), 64, is_cached=True),
        Workload(RETURNED, ask.page(LIKES, 0), 16, is_cached=True, knows_actors=False, at_once=1),
        Workload(RECORD, ask.card(), 64),
        Workload(CHOSEN, ask.card(SOME_FIELDS), 32),
        Workload(PAGE, any_page, 16),
        Workload(CHOSEN_PAGE, chosen_page, 16),
        Workload(NARROWED, narrowed, 16),
        Workload(LAYERED, ask.page("sort=like_count"), 16, at_once=1),
        Workload(EXPANDED, ask.page(EPIC_CARDS), 16, at_once=1),
        Workload(MEMBERS, ask.expanded, 16, at_once=1),
        Workload(COSTLY, ask.page(SCANNED), 16, at_once=8),
        Workload(REFUSED, refused, 32, status=429),
        Workload(CREATE, ask.create, 16, status=201),
        Workload(UPDATE, ask.draft, 16),
        Workload(LIKE, ask.like, 16),
    )
