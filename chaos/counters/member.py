"""One member of the test of counters: what they do over one connection, and what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from chaos.attack.wire import Connection

if TYPE_CHECKING:
    from random import Random

    from chaos.attack.wire import Address
    from resources.json_text import JsonObject

BUSY = (429, 503)
MOST_ATTEMPTS = 40
PAUSE_SECONDS = 0.05


class RefusedError(Exception):
    """A request that should have been answered otherwise."""


@dataclass
class Member:
    """What a member likes, follows, has reviewed and looked at, by all that was answered.

    `reviews` are the id and stars by template; `repeated` counts requests that were told to come
    again.
    """

    id: str
    token: str
    address: Address
    stage: JsonObject
    chance: Random
    likes: set[str] = field(default_factory=set)
    follows: set[str] = field(default_factory=set)
    reviews: dict[str, tuple[str, int]] = field(default_factory=dict)
    views: set[str] = field(default_factory=set)
    repeated: int = 0

    async def act(self, times: int) -> None:
        """Send so many requests, one after the other; raises RefusedError."""
        connection = await Connection.opened(self.address)
        try:
            for _number in range(times):
                await self._act_once(connection)
        finally:
            connection.close()

    async def _act_once(self, connection: Connection) -> None:
        kinds = {self._like: 4, self._follow: 3, self._review: 3, self._view: 1}
        (act,) = self.chance.choices([*kinds], [*kinds.values()])
        await act(connection)

    async def _like(self, connection: Connection) -> None:
        kind = self.chance.choice(("cards", "posts"))
        path = f"{kind}/{self.chance.choice(self.stage[kind])}"
        await self._toggle(connection, path, f"{path}/like", self.likes)

    async def _follow(self, connection: Connection) -> None:
        followed = self.chance.choice([each for each in self.stage["users"] if each != self.id])
        await self._toggle(connection, followed, f"users/{followed}/follow", self.follows)

    async def _toggle(self, connection: Connection, key: str, path: str, chosen: set[str]) -> None:
        """Choose or leave something, now and then a second time."""
        is_chosen = self.chance.random() < 0.6
        await self.ask(connection, "PUT" if is_chosen else "DELETE", path)
        (chosen.add if is_chosen else chosen.discard)(key)

    async def _review(self, connection: Connection) -> None:
        template, stars = self.chance.choice(self.stage["templates"]), self.chance.randint(1, 5)
        known = self.reviews.pop(template, None)
        if known is None:
            body = {"template": template, "stars": stars}
            made = await self.ask(connection, "POST", "reviews", body)
            self.reviews[template] = (made["id"], stars)
        elif self.chance.random() < 0.7:
            await self.ask(connection, "PATCH", f"reviews/{known[0]}", {"stars": stars})
            self.reviews[template] = (known[0], stars)
        else:
            await self.ask(connection, "DELETE", f"reviews/{known[0]}")

    async def _view(self, connection: Connection) -> None:
        card = self.chance.choice(self.stage["cards"])
        await self.ask(connection, "POST", f"cards/{card}/view")
        self.views.add(card)

    async def ask(self, connection: Connection, method: str, path: str, body: object = None) -> Any:
        """Send a request until the server has time for it; raises RefusedError."""
        sent = b"" if body is None else orjson.dumps(body)
        kind = "application/json" if method in ("POST", "PATCH") else ""
        request = self.address.request(
            method, f"/api/v1/{path}", body=sent, kind=kind, token=self.token
        )
        for _attempt in range(MOST_ATTEMPTS):
            status, answer = await connection.ask(request)
            if status not in BUSY:
                break
            self.repeated += 1
            await asyncio.sleep(PAUSE_SECONDS)
        if status not in (200, 201, 204):
            raise RefusedError(f"{method} {path} {status} {answer[:300]!r}")
        return orjson.loads(answer) if answer else None
