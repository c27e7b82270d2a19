"""Forms with files: how many are taken at once, and how the others are refused unread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.request_bodies import MOST_NETWORKS, PASSING_BYTES, PassingBytes, on_disk, passing
from tests.config.test_request_bodies import FORM, Upload, nothing_is_held
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

TITLE = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nDragon\r\n--x--\r\n'


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    return new_member("dana")


def form(dana: Persona, place: str = "192.0.2.1") -> Upload:
    length = str(len(TITLE))
    return Upload("cards", dana.token, place=place, content_type=FORM, content_length=length)


async def begun(dana: Persona) -> Upload:
    """Begin to send a form, and wait until that has been noticed."""
    upload = form(dana)
    taken = on_disk.taken
    await upload.send(TITLE[:10])
    while on_disk.taken == taken:
        await asyncio.sleep(0.01)
    return upload


def test_one_networks_uploads_leave_room_for_others(dana: Persona, settings: Settings) -> None:
    settings.MOST_UPLOADS_PER_NETWORK = 2

    async def go() -> None:
        held = [await begun(dana) for _number in range(2)]
        refused = form(dana)
        assert await refused.status() == 429
        assert refused.problem["code"] == "too_many_uploads"
        assert refused.headers[b"retry-after"] == b"5"
        assert refused.headers[b"connection"] == b"close"
        others = form(dana, place="192.0.2.2")
        await others.send(TITLE, is_last=True)
        assert await others.status() == 201
        for upload in held:
            await upload.send(TITLE[10:], is_last=True)
            assert await upload.status() == 201
        again = form(dana)
        await again.send(TITLE, is_last=True)
        assert await again.status() == 201

    asyncio.run(go())
    assert nothing_is_held()


def test_a_trusted_address_sends_as_many_as_it_likes(dana: Persona, settings: Settings) -> None:
    settings.MOST_UPLOADS_PER_NETWORK = 1
    settings.TRUSTED_ADDRESSES = ["192.0.2.1"]

    async def go() -> None:
        held = [await begun(dana) for _number in range(2)]
        for upload in held:
            await upload.leave()

    asyncio.run(go())
    assert nothing_is_held()


def test_an_upload_is_not_read_while_none_could_be_answered(
    dana: Persona, settings: Settings
) -> None:
    settings.PICTURES_WAITING, settings.UPLOAD_THREADS = 0, 0

    async def go() -> None:
        refused = form(dana)
        assert await refused.status() == 503
        assert refused.problem["code"] == "busy"
        assert (refused.headers[b"retry-after"], refused.headers[b"connection"]) == (b"5", b"close")

    asyncio.run(go())
    assert nothing_is_held()


def test_nobody_asks_who_sends_what_could_not_be_taken(dana: Persona, settings: Settings) -> None:
    settings.MOST_UPLOADS_PER_NETWORK = 1

    async def go() -> None:
        held = await begun(dana)
        assert await Upload("cards", "nobody's", content_type=FORM).status() == 429
        await held.leave()
        assert await Upload("cards", "nobody's", content_type=FORM).status() == 401

    asyncio.run(go())
    assert nothing_is_held()


def test_little_is_read_of_what_is_refused(dana: Persona, settings: Settings) -> None:
    settings.PICTURES_WAITING, settings.UPLOAD_THREADS = 0, 0
    passing.left.clear()
    piece = bytes(PASSING_BYTES // 4)

    async def go() -> int:
        """Send more than is read; return how much was, of all uploads together."""
        left = 0
        for _number in range(6):
            refused = form(dana)
            for _piece in range(8):
                await refused.send(piece)
            assert await refused.status() == 503
            left += refused.http.input_queue.qsize()
        return 48 * len(piece) - left * len(piece)

    read = asyncio.run(go())
    assert 4 * PASSING_BYTES <= read <= 6 * PASSING_BYTES


def test_what_may_be_read_of_refused_bodies_comes_back_with_time() -> None:
    budget = PassingBytes(per_second=100, burst=400)
    assert budget.take("192.0.2.1", 399, now=0)
    assert not budget.take("192.0.2.1", 1, now=0)
    assert budget.take("192.0.2.2", 0, now=0)
    assert budget.take("192.0.2.1", 99, now=1)
    assert not budget.take("192.0.2.1", 400, now=10)
    for number in range(2 * MOST_NETWORKS):
        budget.take(f"2001:db8:0:{number:x}::/64", 0, now=10)
    assert len(budget.left) == MOST_NETWORKS


def test_the_limits_are_as_documented(settings: Settings) -> None:
    assert (settings.MOST_UPLOADS_PER_NETWORK, settings.PICTURE_PROCESSES) == (8, 1)
    assert settings.PICTURE_MEMORY_LIMIT == 112 * 2**20
    assert PASSING_BYTES == 2**20
