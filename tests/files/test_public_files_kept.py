"""What anyone may fetch is fetched again without asking the database, until it is hidden."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from django.db import connection

from cards.models import Card
from files.access import fetching
from files.access.who import may_anyone_fetch
from resources import changes
from resources.actors import SYSTEM
from resources.execution.response_cache import NOTIFIED_LIFETIME
from server.app import application
from tests.files.served import stored
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from files.models import File

served: Any = application


@pytest.fixture
def card(transactional_db: None) -> Card:
    """Make a public card with a picture."""
    dana = new_member("dana").user
    front = stored(b"\x89PNG", dana)
    return changes.create(
        Card, by=SYSTEM, creator=dana, title="Dragon", status="published", front=front
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[File]:
    """Return the files about which the database was asked."""
    found: list[File] = []

    def noted(file: File) -> bool:
        found.append(file)
        return may_anyone_fetch(file)

    monkeypatch.setattr(fetching, "may_anyone_fetch", noted)
    return found


def statuses(*steps: Callable[[httpx.AsyncClient], Any]) -> list[int]:
    """Take steps one after the other, as clients of one process."""

    async def taken() -> list[int]:
        transport = httpx.ASGITransport(app=served)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return [(await step(client)).status_code for step in steps]

    return asyncio.run(taken())


def fetch(card: Card) -> Callable[[httpx.AsyncClient], Any]:
    """Fetch the card's picture until the answer is one that can't be from before."""
    assert card.front is not None
    address = f"/files/{card.front.key}"

    async def step(client: httpx.AsyncClient) -> Any:
        return await client.get(address)

    return step


def hidden(card: Card) -> Callable[[httpx.AsyncClient], Any]:
    """Fetch the card's picture until it is hidden: at once, or within a second elsewhere."""
    patience = 0 if connection.vendor == "sqlite" else NOTIFIED_LIFETIME

    async def step(client: httpx.AsyncClient) -> Any:
        until = monotonic() + patience
        while True:
            begun = monotonic()
            answer = await fetch(card)(client)
            if answer.status_code == 404 or begun >= until:
                return answer
            await asyncio.sleep(0.05)

    return step


def written(card: Card, **values: object) -> Callable[[httpx.AsyncClient], Any]:
    """Write a card, as another process might."""

    def write() -> None:
        try:
            changes.update(Card.objects.get(pk=card.pk), by=SYSTEM, **values)
        finally:
            connection.close()

    async def step(_client: httpx.AsyncClient) -> httpx.Response:
        await asyncio.to_thread(write)
        return httpx.Response(200)

    return step


def test_a_public_picture_is_asked_about_once(card: Card, asked: list[File]) -> None:
    assert statuses(fetch(card), fetch(card), fetch(card)) == [200, 200, 200]
    assert len(asked) == 1


def test_a_kept_picture_is_gone_with_its_card(card: Card) -> None:
    private = written(card, visibility="private")
    public = written(card, visibility="public")
    archived = written(card, status="archived")
    steps = [fetch(card), private, hidden(card), public, fetch(card), archived, hidden(card)]
    assert statuses(*steps) == [200, 200, 404, 200, 200, 200, 404]


def test_what_is_hidden_is_not_kept(card: Card, asked: list[File]) -> None:
    changes.update(card, by=SYSTEM, visibility="private")
    assert statuses(fetch(card), fetch(card)) == [404, 404]
    assert len(asked) == 2
