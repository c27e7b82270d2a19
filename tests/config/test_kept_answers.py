"""Answers that are kept are never older than a write that was acknowledged."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.db import connection

from cards.models import Card
from resources import changes
from resources.actors import ANONYMOUS, SYSTEM
from resources.answers import HttpAnswer
from resources.execution.epochs import Epochs
from resources.execution.reader import list_records
from resources.execution.response_cache import NOTIFIED_LIFETIME, ResponseCache
from resources.registry import resource_of
from server.app import application, fast_path
from tests.other_process import other_process, tell
from tests.personas import new_member

if TYPE_CHECKING:
    import subprocess

ROUNDS = 40
WRITING = (
    "from cards.models import Card",
    "changes.update(Card.objects.get(pk=sys.argv[2]), by=SYSTEM, like_count=int(line))",
)


class Site:
    """A client of the application in this process's event loop."""

    def __init__(self) -> None:
        served: Any = application
        transport = httpx.ASGITransport(app=served)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    async def likes(self, card: Card, authorization: str = "") -> tuple[int, int]:
        """Return a card's likes as the record and the list of all tell them."""
        headers = {"Authorization": authorization} if authorization else {}
        record = await self.client.get(f"/api/v1/cards/{card.pk}", headers=headers)
        page = await self.client.get("/api/v1/cards?sort=-like_count", headers=headers)
        return record.json()["like_count"], page.json()["results"][0]["like_count"]


@pytest.fixture
def card(transactional_db: None) -> Card:
    """Make a card that everybody sees."""
    dana = new_member("dana")
    return changes.create(Card, by=SYSTEM, creator=dana.user, title="Dragon", status="published")


def test_readers_see_what_another_process_has_written(card: Card) -> None:
    async def read_on(site: Site, floor: int) -> None:
        """See the write: at once on SQLite, after `NOTIFIED_LIFETIME` at the latest elsewhere."""
        until = monotonic() + (0 if connection.vendor == "sqlite" else NOTIFIED_LIFETIME)
        asked = monotonic()
        while min(seen := await site.likes(card)) < floor and asked < until:
            await asyncio.sleep(0.02)
            asked = monotonic()
        assert min(seen) >= floor

    async def take_turns(process: subprocess.Popen[str]) -> None:
        site = Site()
        for number in range(1, 6):
            await site.likes(card)  # so that something is kept
            await asyncio.to_thread(tell, process, str(number))
            await read_on(site, number)

    with other_process(*WRITING, str(card.pk)) as process:
        asyncio.run(take_turns(process))


def test_nobody_sees_less_than_this_process_has_acknowledged(card: Card) -> None:
    reader = new_member("reader")
    acknowledged = 0

    async def keep_writing() -> None:
        nonlocal acknowledged
        for number in range(1, ROUNDS + 1):
            await asyncio.to_thread(set_likes, card, number)
            acknowledged = number

    async def keep_reading(site: Site, authorization: str) -> None:
        while acknowledged < ROUNDS:
            floor = acknowledged
            await asyncio.sleep(0)  # nobody hears of a write and asks within one turn of the loop
            assert min(await site.likes(card, authorization)) >= floor

    async def together() -> None:
        site = Site()
        readers = [keep_reading(site, who) for who in ("", "", reader.authorization)]
        await asyncio.gather(keep_writing(), *readers)

    asyncio.run(together())


def set_likes(card: Card, likes: int) -> None:
    """Write in a thread of this process."""
    changes.update(Card.objects.get(pk=card.pk), by=SYSTEM, like_count=likes)
    connection.close()


def test_a_page_that_a_client_has_is_not_sent_again(card: Card) -> None:
    async def ask_twice() -> tuple[httpx.Response, httpx.Response]:
        client = Site().client
        first = await client.get("/api/v1/cards")
        known = {"If-None-Match": first.headers["etag"]}
        again = await client.get("/api/v1/cards", headers=known)
        await asyncio.to_thread(set_likes, card, 7)
        changed = await client.get("/api/v1/cards", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        return first, changed

    first, changed = asyncio.run(ask_twice())
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_what_a_role_or_a_moment_decides_is_not_kept_for_others(card: Card) -> None:
    resource = resource_of(Card)
    fresh = list_records(resource, ANONYMOUS, "filter=created_at<@now", "http://x")
    assert fresh.sources is None
    lasting = list_records(resource, ANONYMOUS, "expand=creator&filter=like_count<9", "http://x")
    assert lasting.sources == frozenset({"cards", "users", ""})
    assert list_records(resource, ANONYMOUS, "fields=id", "http://x").sources == frozenset(
        {"cards"}
    )


def test_many_who_ask_at_once_make_one_query(card: Card) -> None:
    asked = []
    readers: Any = fast_path.readers
    run = readers.threads.run

    async def counted(work: object) -> HttpAnswer:
        asked.append(work)
        answer: HttpAnswer = await run(work)
        return answer

    async def ask_all() -> list[httpx.Response]:
        client = Site().client
        urls = ["/api/v1/cards?fields=id,title,rarity"] * 20
        return await asyncio.gather(*(client.get(url) for url in urls))

    readers.threads.run, was_embedded = counted, readers.is_embedded
    readers.is_embedded = False
    try:
        answers = asyncio.run(ask_all())
    finally:
        del readers.threads.run
        readers.is_embedded = was_embedded
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(asked) == 1


def test_what_is_kept_stays_within_its_room() -> None:
    epochs = Epochs()
    responses = ResponseCache(epochs, most_bytes=100_000, lifetime=60)
    for number in range(100):
        responses.keep(
            number, HttpAnswer(200, b"x" * 9_000, sources=frozenset({"cards"})), epochs.current
        )
    assert responses.entries.used <= 100_000
    assert responses.find(0) is None
    assert responses.find(99) is not None
    responses.keep("huge", HttpAnswer(200, b"x" * 50_000, sources=frozenset()), epochs.current)
    responses.keep("odd", HttpAnswer(404, b"x"), epochs.current)
    assert responses.find("huge") is responses.find("odd") is None
    epochs.advance(["posts"])
    assert responses.find(99) is not None
    epochs.advance(["cards"])
    assert responses.find(99) is None
    epochs.invalidate_all()
    assert responses.find(98) is None
