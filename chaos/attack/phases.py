"""What an anonymous stranger tries, one kind after the other.

All of it is harmless input of our own making: valid requests that cost much, and requests that
never end. Each connection sends one thing at a time, and no more often than its pace.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import quote

from PIL import Image

from chaos.attack.wire import ClosedError, Connection, frame

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from chaos.attack.wire import Address

LIST = "/api/v1/cards?"
TEXTS = ("title", "description", "creator.username", "creator.display_name", "posts_via_card.text")
COLUMNS = ("id", "title", "description", "tags", "rarity", "effects", "status", "visibility",
           "creator", "template", "like_count", "created_at", "updated_at")  # fmt: skip
SORTS = ("-created_at", "-like_count", "created_at", "like_count", "id", "-id")
FILTERS_PER_CONNECTION = 20
UNFINISHED_BODY = b'{"title":"' + b"x" * 1_900_000
FIRST_PIECE = frame(b"x" * 1_000_000, opcode=1, is_last=False)
LATER_PIECE = frame(b"x" * 1_000_000, opcode=0, is_last=False)


@dataclass
class Attacker:
    """One connection of one stranger: what it may use, and what it has seen."""

    number: int
    address: Address
    tokens: list[str]
    pace: float
    until: float
    chance: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    connection: Connection | None = None

    async def connect(self) -> Connection:
        """Open a connection in place of the one before."""
        self.leave()
        self.connection = await Connection.opened(self.address)
        return self.connection

    def leave(self) -> None:
        """Let go of the connection, whatever is under way."""
        if self.connection is not None:
            self.connection.close()

    async def rest(self, since: float) -> None:
        """Keep the pace: wait until the next thing may be sent."""
        await asyncio.sleep(max(0.0, since + 1 / self.pace - monotonic()))


type Attack = Callable[[Attacker], Awaitable[None]]


def with_requests(write: Callable[[Attacker], bytes]) -> Attack:
    """Return an attack that sends whole requests, one after the other."""

    async def attack(attacker: Attacker) -> None:
        connection: Connection | None = None
        while True:
            began = monotonic()
            try:
                connection = connection or await attacker.connect()
                status, _body = await connection.ask(write(attacker))
                attacker.seen[str(status)] += 1
            except (ClosedError, OSError):
                attacker.seen["closed"] += 1
                connection = None
            await attacker.rest(began)

    return attack


def _listed(attacker: Attacker, **parameters: str) -> bytes:
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return attacker.address.request("GET", LIST + pairs)


def _word(chance: random.Random, length: int = 4) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=length))


def costly_filter(attacker: Attacker) -> bytes:
    """Ask for rows by many texts in many tables, none of which an index finds."""
    chance = attacker.chance
    parts = [f'{chance.choice(TEXTS)}~"{_word(chance)}"' for _ in range(12)]
    return _listed(attacker, filter=" || ".join(parts), limit="100")


def pattern(attacker: Attacker) -> bytes:
    """Ask for texts by patterns with many wildcards."""
    letters = "%".join(attacker.chance.choices("aeiorst", k=24))
    return _listed(attacker, filter=f'description~"%{letters}%zz%" || title~"%{letters}%zz%"')


def shape(attacker: Attacker) -> bytes:
    """Ask in words that nobody has asked in before: each needs a plan of its own."""
    chance = attacker.chance
    fields = ",".join(chance.sample(COLUMNS, chance.randint(1, len(COLUMNS))))
    words = [f'{chance.choice(TEXTS[:2])}{chance.choice(("~", "!~", "=", "!="))}"{_word(chance)}"'
             for _ in range(chance.randint(1, 6))]  # fmt: skip
    joined = words[0]
    for word in words[1:]:
        joined = f"({joined}) {chance.choice(('&&', '||'))} {word}"
    expand = chance.choice(("creator", "template", "creator,template"))
    return _listed(attacker, filter=joined, fields=fields, sort=chance.choice(SORTS), expand=expand)


def count(attacker: Attacker) -> bytes:
    """Ask how many rows there are of something that only reading all of them tells."""
    chance = attacker.chance
    if chance.random() < 0.3:
        return _listed(attacker, count="exact", search=_word(chance, 2), limit="1")
    words = f'title~"{_word(chance, 2)}" || description~"{_word(chance, 2)}"'
    return _listed(attacker, count="exact", filter=words, limit="1")


def long_url(attacker: Attacker) -> bytes:
    """Ask with an address of 8 to 60 kB, each time another."""
    length = attacker.chance.randint(8_000, 60_000)
    return _listed(attacker, filter=f'title="{_word(attacker.chance, length)}"')


def sign_in(attacker: Attacker) -> bytes:
    """Guess a password, whose hash is costly to compare."""
    body = json.dumps({"identity": "signer", "password": _word(attacker.chance, 12)}).encode()
    path = "/api/v1/auth/token"
    return attacker.address.request("POST", path, body=body, kind="application/json")


@cache
def pictures() -> tuple[bytes, ...]:
    """Return pictures as large as they may be: in pixels, and in bytes."""
    flat, noisy = BytesIO(), BytesIO()
    Image.new("RGB", (7_900, 5_000), (90, 20, 160)).save(flat, "PNG")
    Image.effect_noise((4_000, 3_000), 80).convert("RGB").save(noisy, "JPEG", quality=80)
    return flat.getvalue(), noisy.getvalue()


def picture(attacker: Attacker) -> bytes:
    """Send a large picture, as a member; strangers can send none."""
    content = attacker.chance.choice(pictures())
    return _form(attacker.address, attacker.tokens[attacker.number % len(attacker.tokens)], content)


@cache
def _form(address: Address, token: str, content: bytes) -> bytes:
    """Write a request with a picture, once: the strangers take as little of the machine as may be.

    Bytes know their hash, so that finding them again costs nothing.
    """
    parts = [
        b'Content-Disposition: form-data; name="title"\r\n\r\nLarge',
        b'Content-Disposition: form-data; name="front"; filename="a.png"\r\n\r\n' + content,
    ]
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return address.request("POST", "/api/v1/cards", body=body, kind=kind, token=token)


async def subscriptions(attacker: Attacker) -> None:
    """Listen by twenty different filters, and keep on; start anew whenever the server ends it."""
    while True:
        began = monotonic()
        try:
            connection = await attacker.connect()
            await connection.become_websocket(attacker.address)
            attacker.seen["101"] += 1
            for number in range(FILTERS_PER_CONNECTION):
                words = (
                    f'title~"{_word(attacker.chance)}" || description~"{_word(attacker.chance)}"'
                )
                asked = {"type": "subscribe", "ref": str(number), "topic": "cards", "filter": words}
                await connection.push(frame(json.dumps(asked).encode()))
            await connection.end()
        except (ClosedError, OSError):
            pass
        attacker.seen["closed"] += 1
        await attacker.rest(began)


async def unfinished(attacker: Attacker) -> None:
    """Begin a body, a head or a message, and never end it; again whenever the server ends it."""
    begin = (_unfinished_body, _unfinished_body, _unfinished_head, _unfinished_message)
    while True:
        began = monotonic()
        try:
            connection = await attacker.connect()
            await begin[attacker.number % len(begin)](attacker, connection)
            status, _body = await connection.answer()
            attacker.seen[str(status)] += 1
        except (ClosedError, OSError):
            attacker.seen["closed"] += 1
        await attacker.rest(began)


async def _unfinished_body(attacker: Attacker, connection: Connection) -> None:
    """Send nearly all of the largest body that an operation takes."""
    await connection.push(
        b"POST /api/v1/cards HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2000000\r\n\r\n" % attacker.address.host
    )
    await connection.push(UNFINISHED_BODY)


async def _unfinished_head(attacker: Attacker, connection: Connection) -> None:
    """Send a header every second."""
    await connection.push(b"GET / HTTP/1.1\r\nHost: %b\r\n" % attacker.address.host)
    while True:
        await connection.push(b"X-More: of it\r\n")
        await asyncio.sleep(1)


async def _unfinished_message(attacker: Attacker, connection: Connection) -> None:
    """Send pieces of a message that has no last one."""
    await connection.become_websocket(attacker.address)
    for number in range(15):
        await connection.push(LATER_PIECE if number else FIRST_PIECE)
    await connection.end()
    raise ClosedError


PHASES: dict[str, Attack] = {
    "costly filters": with_requests(costly_filter),
    "patterns": with_requests(pattern),
    "shapes": with_requests(shape),
    "counts": with_requests(count),
    "subscriptions": subscriptions,
    "unfinished": unfinished,
    "long URLs": with_requests(long_url),
    "sign-ins": with_requests(sign_in),
    "big pictures": with_requests(picture),
}

PREPARED: dict[str, Callable[[], object]] = {"big pictures": pictures}
"""What takes a while to make and is made before a phase begins."""
