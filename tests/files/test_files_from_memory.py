"""Small public files are answered from memory, in front of Django, as long as they are public."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from files.serving.metrics import cached
from resources.byte_cache import ByteCache
from server.app import application, fast_path
from tests.files.drawings import drawn
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.personas import Persona

PICTURE = drawn("PNG", Image.effect_noise((120, 168), 60))
OF_ONE_REQUEST = {"x-request-id", "content-language"}
MEMORY = 5 * len(PICTURE)
PATIENCE = 1_000
"""How often a picture that became private is asked for."""


class Visitor:
    """Somebody who fetches files, in one event loop with the application."""

    def __init__(self) -> None:
        served: Any = application
        transport = httpx.ASGITransport(app=served)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    async def fetch(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, headers={"Accept": "*/*", **named})

    async def sees_no_more(self, path: str) -> None:
        """Fetch a file until it is not there; whoever waits for ever sees it all the time."""
        for _ in range(PATIENCE):
            if (await self.fetch(path)).status_code == 404:
                return
            await asyncio.sleep(0.02)
        pytest.fail("It was to be seen all the time.")


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    fast_path.files.kept.clear()
    return new_member("dana")


def published(persona: Persona, **values: str) -> tuple[str, str]:
    """Publish a card; returns its id and the path of its picture."""
    front = SimpleUploadedFile("x.png", PICTURE)
    values = {"title": "Dragon", "status": "published", **values}
    sent = persona.api.upload("cards", {"front": front, **values})
    assert sent.status_code == 201, sent.content
    card = sent.json()
    return card["id"], card["front"]["url"].partition("?")[0]


def hits() -> float:
    """Return how often memory has answered: of this counter alone, as others ask the database."""
    return sum(
        sample.value
        for family in cached.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and sample.labels == {"kind": "hit"}
    )


def visit(work: Callable[[Visitor], Awaitable[None]]) -> None:
    async def go() -> None:
        await work(Visitor())

    asyncio.run(go())


def test_the_second_request_is_answered_from_memory(dana: Persona) -> None:
    _card, path = published(dana)

    async def work(visitor: Visitor) -> None:
        first = await visitor.fetch(path)
        before = hits()
        again = await visitor.fetch(path)
        assert hits() == before + 1
        assert (again.status_code, again.content) == (200, first.content)
        for name in first.headers.keys() | again.headers.keys():
            if name not in OF_ONE_REQUEST:
                assert again.headers[name] == first.headers[name], name
        assert again.headers["x-request-id"] != first.headers["x-request-id"]
        head = await visitor.fetch(path, "HEAD")
        assert (head.content, head.headers["etag"]) == (b"", first.headers["etag"])
        assert head.headers["content-length"] == first.headers["content-length"]
        known = await visitor.fetch(path, If_None_Match=first.headers["etag"])
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["cache-control"] == first.headers["cache-control"]
        assert hits() == before + 3
        part = await visitor.fetch(path, Range="bytes=2-5")
        assert (part.status_code, part.content) == (206, first.content[2:6])

    visit(work)


def test_variants_are_kept_for_those_who_accept_them(dana: Persona) -> None:
    _card, path = published(dana)
    small = f"{path}?w=110"

    async def work(visitor: Visitor) -> None:
        types = {"image/avif,*/*": "image/avif", "image/webp": "image/webp", "*/*": "image/png"}
        for _twice in range(2):
            for accept, content_type in types.items():
                shown = await visitor.fetch(small, Accept=accept)
                assert shown.headers["content-type"] == content_type
        before = hits()
        await visitor.fetch(small, Accept="image/webp")
        assert hits() == before + 1

    visit(work)


@pytest.mark.parametrize("change", ["make it private", "delete it"])
def test_a_picture_is_gone_when_its_card_is(dana: Persona, change: str) -> None:
    card, path = published(dana)

    async def work(visitor: Visitor) -> None:
        for _ in range(3):
            assert (await visitor.fetch(path)).status_code == 200
        bearer = {"Authorization": dana.authorization}
        record = f"/api/v1/cards/{card}"
        if change == "delete it":
            changed = await visitor.client.delete(record, headers=bearer)
        else:
            private = {"visibility": "private"}
            changed = await visitor.client.patch(record, json=private, headers=bearer)
        assert changed.status_code in (200, 204), changed.text
        await visitor.sees_no_more(path)

    visit(work)


def test_a_picture_is_kept_while_other_cards_change(dana: Persona) -> None:
    _card, path = published(dana)

    async def work(visitor: Visitor) -> None:
        await visitor.fetch(path)
        await visitor.fetch(path)
        for number in range(3):
            body = {"title": f"Moth {number}"}
            bearer = {"Authorization": dana.authorization}
            sent = await visitor.client.post("/api/v1/cards", json=body, headers=bearer)
            assert sent.status_code == 201
            before = hits()
            assert (await visitor.fetch(path)).status_code == 200
            assert hits() == before + 1

    visit(work)


def test_what_is_not_for_everybody_is_not_kept(dana: Persona) -> None:
    _card, path = published(dana, visibility="private")

    async def work(visitor: Visitor) -> None:
        for _ in range(2):
            own = await visitor.fetch(path, Authorization=dana.authorization)
            assert own.status_code == 200
            assert (await visitor.fetch(path)).status_code == 404
        assert fast_path.files.kept.used == 0

    visit(work)


def test_memory_for_files_is_bounded(dana: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    _card, path = published(dana)
    monkeypatch.setattr(fast_path.files, "kept", ByteCache(MEMORY))

    async def work(visitor: Visitor) -> None:
        for number in range(20):
            await visitor.fetch(f"{path}?download={number}")
            assert fast_path.files.kept.used <= MEMORY
        before = hits()
        await visitor.fetch(f"{path}?download=19")
        await visitor.fetch(f"{path}?download=0")
        assert hits() == before + 1

    visit(work)
