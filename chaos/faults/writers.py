"""Writers at full speed, who repeat what was not answered and remember what was."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING, NamedTuple, override
from uuid import UUID

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from resources.json_text import JsonObject

FEWEST, MOST = 3, 9
RARITIES = ("common", "rare", "epic", "mythic")
ANSWERED = frozenset({200, 201, 204, 404})


class Answer(NamedTuple):
    """A status and its JSON, empty where nothing is answered."""

    status: int
    body: JsonObject


class Caller:
    """Makes each request until it is answered, by one process or another."""

    def __init__(self, apis: list[str], chance: random.Random) -> None:
        self.apis = apis
        self.chance = chance
        self.counts: Counter[str] = Counter()
        self.open: dict[str, HTTPConnection] = {}

    def call(self, method: str, path: str, token: str, body: object = None) -> Answer:
        """Make a request; the key lets a POST be repeated, the rest can be by its nature."""
        key = str(UUID(int=self.chance.getrandbits(128), version=4))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        text = None if body is None else json.dumps(body)
        if text is not None:
            headers["Content-Type"] = "application/json"
        while True:
            api = self.chance.choice(self.apis)
            try:
                answer = self._try(api, (method, f"/api/v1/{path}", text, headers))
            except (OSError, HTTPException):
                self.counts["broken requests"] += 1
                self.open.pop(api, None)
                sleep(0.05)
                continue
            if answer.status in ANSWERED:
                self.counts["writes"] += 1
                return answer
            self.counts[f"answers {answer.status}"] += 1
            if answer.status < 500 and answer.status != 409:
                raise RuntimeError(f"{method} {path}: {answer}")
            sleep(0.05)

    def _try(self, api: str, request: tuple[str, str, str | None, dict[str, str]]) -> Answer:
        method, path, text, headers = request
        connection = self.open.setdefault(api, HTTPConnection(api, timeout=60))
        connection.request(method, path, text, headers)
        answered = connection.getresponse()
        content = answered.read()
        return Answer(answered.status, json.loads(content) if content else {})


@dataclass
class Shelf:
    """A member's rows of one resource as they were answered, and the ways to change one."""

    resource: str
    token: str
    owner: dict[str, str]
    rows: dict[str, JsonObject] = field(default_factory=dict)


class Writer(Thread):
    """Changes the rows of its own members, one after the other, until it is told to stop."""

    pause = 0.0
    """Seconds between two writes."""

    def __init__(self, apis: list[str], shelves: list[Shelf], others: Others, seed: int) -> None:
        super().__init__(daemon=True)
        self.chance = random.Random(seed)
        self.caller = Caller(apis, self.chance)
        self.shelves = shelves
        self.others = others
        self.is_over = Event()
        self.made = 0
        self.failure: BaseException | None = None

    @override
    def run(self) -> None:
        """Write on."""
        try:
            while not self.is_over.wait(self.pause):
                self._write(self.chance.choice(self.shelves))
        except BaseException as failure:
            self.failure = failure
            raise

    def _write(self, shelf: Shelf) -> None:
        count, luck = len(shelf.rows), self.chance.random()
        if count < FEWEST or (luck < 0.15 and count < MOST):
            self._make(shelf)
        elif luck < 0.25:
            self._remove(shelf)
        elif luck < 0.35:
            self.others.touch(self.caller, self.chance)
        else:
            self._alter(shelf)

    def _make(self, shelf: Shelf) -> None:
        answer = self.caller.call("POST", shelf.resource, shelf.token, self._values(shelf))
        shelf.rows[answer.body["id"]] = answer.body

    def _remove(self, shelf: Shelf) -> None:
        row_id = self.chance.choice(list(shelf.rows))
        self.caller.call("DELETE", f"{shelf.resource}/{row_id}", shelf.token)
        del shelf.rows[row_id]

    def _alter(self, shelf: Shelf) -> None:
        row_id = self.chance.choice(list(shelf.rows))
        values = self._values(shelf)
        name = self.chance.choice(list(values))
        path = f"{shelf.resource}/{row_id}"
        answer = self.caller.call("PATCH", path, shelf.token, {name: values[name]})
        if answer.status == 404:
            raise RuntimeError(f"{path} is gone")
        shelf.rows[row_id] = answer.body

    def _values(self, shelf: Shelf) -> JsonObject:
        self.made += 1
        text = f"{self.made} by {self.name}"
        match shelf.resource:
            case "posts":
                return {"text": text}
            case "collections":
                visibility = self.chance.choice(("public", "private"))
                return {"title": text, "visibility": visibility}
            case _:
                return {
                    "title": text,
                    "rarity": self.chance.choice(RARITIES),
                    "status": self.chance.choice(("published", "published", "draft")),
                    "visibility": self.chance.choice(("public", "public", "unlisted", "private")),
                }


@dataclass
class Others:
    """Rows that are changed by others than their owners: cards liked, posts hidden."""

    people: JsonObject
    shelves: list[Shelf]

    def touch(self, caller: Caller, chance: random.Random) -> None:
        """Like somebody's card or hide somebody's post, or take that back."""
        shelf = chance.choice(self.shelves)
        rows = list(shelf.rows)
        if not rows or shelf.resource == "collections":
            return
        method = chance.choice(("PUT", "DELETE"))
        is_post = shelf.resource == "posts"
        actor = self.people["moderator"] if is_post else chance.choice(self.people["members"])
        verb = "hide" if is_post else "like"
        caller.call(method, f"{shelf.resource}/{chance.choice(rows)}/{verb}", actor["token"])


def shelves(people: JsonObject) -> list[Shelf]:
    """Return the shelves of all members: cards of each, posts and collections of some."""
    found = []
    for number, member in enumerate(people["members"]):
        owned = {"creator": member["id"]}
        cards = {card: {"id": card} for card in member["cards"]}
        found.append(Shelf("cards", member["token"], owned, cards))
        if number % 4 == 0:
            found.append(Shelf("posts", member["token"], {"author": member["id"]}))
            found.append(Shelf("collections", member["token"], {"owner": member["id"]}))
    return found


def write(
    orders: Connection, apis: list[str], people: JsonObject, seed: int, pause: float = 0.0
) -> None:
    """Be a process full of writers, until something comes through the pipe; answers how it went."""
    count = orders.recv()
    all_shelves = shelves(people)
    others = Others(people, all_shelves)
    writers = [
        Writer(apis, all_shelves[number::count], others, seed + number) for number in range(count)
    ]
    for writer in writers:
        writer.pause = pause
        writer.start()
    orders.recv()
    for writer in writers:
        writer.is_over.set()
    for writer in writers:
        writer.join()
    counts = sum((writer.caller.counts for writer in writers), Counter())
    failures = [repr(writer.failure) for writer in writers if writer.failure]
    known = [vars(shelf) for shelf in all_shelves]
    orders.send(json.dumps({"counts": counts, "failures": failures, "shelves": known}))
