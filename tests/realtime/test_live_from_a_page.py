"""A page tells where in the log it was read: whoever listens from there misses nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import orjson
from asgiref.sync import sync_to_async

from resources import changes, feed
from resources.actors import SYSTEM
from server.app import application
from tests.realtime.test_event_stream import Stream, creates
from users.models import Consent

if TYPE_CHECKING:
    from tests.personas import Persona

PAGE = "/api/v1/cards?limit=100&fields=id"  # made of cards alone
WRITERS, WRITES = 4, 5


async def ask(path: str, **headers: str) -> httpx.Response:
    """Read by the fast path, in this event loop."""
    served: Any = application
    transport = httpx.ASGITransport(app=served)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.get(path, headers=headers)


def agrees(member: Persona) -> None:
    """Make a change that no card is made of."""
    said = {"document": "terms", "version": "1", "is_given": True}
    changes.create(Consent, by=SYSTEM, user=member.user, **said)


async def heard_since(cursor: str) -> list[str]:
    """Return the ids of the cards that changed after a cursor, as a stream tells of them."""
    stream = Stream(f"topic=cards&since={cursor}")
    assert (await stream.open())["status"] == 200
    heard: list[str] = []
    while (event := await stream.event())["event"] != "subscribed":
        assert event["event"] != "reset"
        heard.append(orjson.loads(event["data"])["id"])
    await stream.close()
    return heard


def test_a_browser_listens_from_the_page_that_a_server_has_fetched(dana: Persona) -> None:
    async def go() -> int:
        shown = await creates(dana, "Shown")
        page = await ask(PAGE)
        cursor = page.headers["change-cursor"]
        assert await heard_since(cursor) in ([], [shown["id"]])  # known already, or told again
        record = await ask(f"/api/v1/cards/{shown['id']}")
        assert int(record.headers["change-cursor"]) >= int(cursor)

        # What changes elsewhere leaves the page cached, with the cursor of its reading.
        await sync_to_async(agrees)(dana)
        cached = await ask(PAGE)
        missed = await creates(dana, "Missed")
        assert missed["id"] in await heard_since(cached.headers["change-cursor"])

        known = await ask(PAGE, **{"If-None-Match": (await ask(PAGE)).headers["etag"]})
        assert known.status_code == 304
        # On PostgreSQL the position may be a second old: what was known is told again.
        told_again = await heard_since(known.headers["change-cursor"])
        assert set(told_again) <= {shown["id"], missed["id"]}
        return int(known.headers["change-cursor"])

    known = asyncio.run(go())
    through_django = dana.api.get("cards")
    assert known <= int(through_django["Change-Cursor"]) <= feed.last_position()


def test_pages_read_while_others_write_and_what_follows_are_everything(dana: Persona) -> None:
    written: set[str] = set()
    pages: dict[str, httpx.Response] = {}

    async def write_and_read() -> None:
        for _number in range(WRITES):
            written.add((await creates(dana, "Dragon"))["id"])
            page = await ask(PAGE)
            pages[page.headers["change-cursor"]] = page

    async def go() -> None:
        await asyncio.gather(*(write_and_read() for _writer in range(WRITERS)))
        for cursor, page in pages.items():
            shown = {card["id"] for card in page.json()["results"]}
            assert shown | set(await heard_since(cursor)) == written

    asyncio.run(go())
