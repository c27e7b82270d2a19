"""Bodies that are too large, too slow or too many, and requests refused before theirs is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import override_settings

from resources.errors import Problem
from resources.http.client_networks import limited_network
from server import request_bodies
from server.app import application
from server.request_bodies import SMALL_BYTES, BodyBudget, in_memory, on_disk
from tests.personas import new_member

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

JSON = "application/json"
FORM = "multipart/form-data; boundary=x"
PATIENCE = 30


@pytest.fixture
def dana(transactional_db: None) -> Persona:
    return new_member("dana")


class Upload:
    """A request whose body comes piece by piece, or never."""

    def __init__(
        self, path: str, token: str = "", *, place: str = "192.0.2.1", **headers: str
    ) -> None:
        named = {"host": "testserver", "content-type": JSON}
        if token:
            named["authorization"] = f"Bearer {token}"
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": "POST",
            "path": f"/api/v1/{path}",
            "query_string": b"",
            "client": (place, 1),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        served: object = application
        self.http = ApplicationCommunicator(served, scope)

    async def send(self, body: bytes, *, is_last: bool = False) -> None:
        """Send a piece of the body."""
        await self.http.send_input({"type": "http.request", "body": body, "more_body": not is_last})

    async def leave(self) -> None:
        """Go away in the middle."""
        await self.http.send_input({"type": "http.disconnect"})
        await self.http.wait()

    async def status(self) -> int:
        """Wait for the answer."""
        start = await self.http.receive_output(PATIENCE)
        self.headers = dict(start["headers"])
        self.problem = orjson.loads((await self.http.receive_output(PATIENCE))["body"] or b"{}")
        await self.http.wait()
        status: int = start["status"]
        return status


def nothing_is_held() -> bool:
    budgets = (in_memory, on_disk)
    return not any(budget.taken or budget.of_network for budget in budgets)


@pytest.mark.parametrize("path", ["cards", "batch", "auth/token"])
def test_an_unfinished_body_ends(dana: Persona, settings: Settings, path: str) -> None:
    settings.BODY_SECONDS = 0.1

    async def go() -> None:
        upload = Upload(path, dana.token)
        await upload.send(b'{"title": ')
        assert await upload.status() == 408
        assert upload.problem["code"] == "too_slow"
        assert upload.headers[b"connection"] == b"close"

    asyncio.run(go())
    assert nothing_is_held()


@pytest.mark.parametrize("path", ["cards", "batch"])
def test_a_body_that_trickles_ends(dana: Persona, settings: Settings, path: str) -> None:
    settings.BODY_SECONDS = 0.1

    async def go() -> None:
        upload = Upload(path, dana.token)
        answer = asyncio.create_task(upload.status())
        while not answer.done():
            await upload.send(b" ")
            await asyncio.sleep(0.01)
        assert await answer == 408

    asyncio.run(go())
    assert nothing_is_held()


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_what_says_that_it_is_too_large_is_not_read(dana: Persona, kind: str) -> None:
    async def go() -> None:
        upload = Upload("cards", dana.token, content_type=kind, content_length=str(10**9))
        assert await upload.status() == 413

    asyncio.run(go())


@pytest.mark.parametrize("path", ["cards", "batch", "auth/token"])
def test_anonymous_cannot_send_much(transactional_db: None, settings: Settings, path: str) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")

    async def go() -> None:
        upload = Upload(path, content_length=str(SMALL_BYTES + 1))
        assert await upload.status() == (401 if path == "cards" else 413)

    asyncio.run(go())


@pytest.mark.parametrize("kind", [JSON, FORM])
def test_who_may_not_write_is_refused_before_the_body(
    dana: Persona, settings: Settings, kind: str
) -> None:
    async def go() -> None:
        for token, status in ((f"{dana.token}x", 401), ("", 401)):
            assert await Upload("cards", token, content_type=kind).status() == status
        settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "1/min"}
        first = Upload("cards", dana.token, content_type=kind)
        await first.send(b"{}", is_last=True)
        assert await first.status() == 400
        assert await Upload("cards", dana.token, content_type=kind).status() == 429

    asyncio.run(go())


def test_a_form_is_counted_once(dana: Persona, settings: Settings) -> None:
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"write": "9/min"}
    body = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nDragon\r\n--x--\r\n'

    async def go() -> None:
        upload = Upload("cards", dana.token, content_type=FORM, content_length=str(len(body)))
        await upload.send(body, is_last=True)
        assert await upload.status() == 201
        assert upload.headers[b"ratelimit-remaining"] == b"8"

    asyncio.run(go())
    assert nothing_is_held()


@pytest.mark.parametrize(("path", "budget"), [("cards", in_memory), ("auth/token", on_disk)])
def test_one_networks_bodies_leave_room_for_others(
    dana: Persona, monkeypatch: pytest.MonkeyPatch, path: str, budget: BodyBudget
) -> None:
    monkeypatch.setattr(budget, "most", 4_000)

    async def go() -> None:
        held = Upload(path, dana.token)
        await held.send(b" " * 900)
        while budget.taken < 900:
            await asyncio.sleep(0.01)
        refused = Upload(path, dana.token)
        await refused.send(b" " * 900)
        assert await refused.status() == 429
        assert refused.problem["code"] == "too_many_bodies"
        other = Upload(path, dana.token, place="192.0.2.2")
        await other.send(b" " * 900 + b"[]", is_last=True)
        assert await other.status() == 400
        await held.leave()

    asyncio.run(go())
    assert nothing_is_held()


def test_a_process_holds_so_much_and_no_more() -> None:
    budget = BodyBudget(1_000)
    for number in range(4):
        budget.take(f"192.0.2.{number}", 250)
    with pytest.raises(Problem) as refused:
        budget.take("192.0.2.9", 1)
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "10")
    budget.give_back("192.0.2.0", 250)
    budget.take("192.0.2.9", 1)


def test_a_network_has_so_many_requests_under_way(dana: Persona, settings: Settings) -> None:
    settings.MOST_REQUESTS_PER_NETWORK = 2

    async def go() -> None:
        held = [Upload("batch", dana.token, place=f"2001:db8::{n}") for n in range(2)]
        for upload in held:
            await upload.send(b" ")
        while in_memory.taken < 2:
            await asyncio.sleep(0.01)
        third = Upload("cards", place="2001:db8::3")
        assert await third.status() == 429
        assert third.problem["code"] == "too_many_requests"
        assert await Upload("cards", place="2001:db8:0:1::1").status() == 401
        for upload in held:
            await upload.leave()
        assert await Upload("cards", place="2001:db8::3").status() == 401

    asyncio.run(go())


def test_a_trusted_address_asks_for_many_at_once(dana: Persona, settings: Settings) -> None:
    settings.MOST_REQUESTS_PER_NETWORK = 1
    settings.TRUSTED_ADDRESSES = ["192.0.2.7", "2001:db8::/48"]

    async def go(place: str) -> int:
        held = Upload("batch", dana.token, place=place)
        await held.send(b" ")
        while not in_memory.taken:
            await asyncio.sleep(0.01)
        status = await Upload("cards", place=place).status()
        await held.leave()
        while in_memory.taken:
            await asyncio.sleep(0.01)
        return status

    places = ("192.0.2.7", "2001:db8::7", "192.0.2.8")
    assert [asyncio.run(go(place)) for place in places] == [401, 401, 429]


def test_the_bodies_of_a_trusted_address_have_all_the_memory() -> None:
    budget = request_bodies.BodyBudget(1000)
    budget.take(limited_network("192.0.2.7"), 250)
    with pytest.raises(Problem) as refused:
        budget.take(limited_network("192.0.2.7"), 1)
    assert refused.value.status == 429
    with override_settings(TRUSTED_ADDRESSES=["192.0.2.7"]):
        budget.take(limited_network("192.0.2.7"), 750)


def test_the_limits_are_as_documented() -> None:
    assert request_bodies.MOST_IN_MEMORY == 64 * 2**20
    assert request_bodies.MOST_ON_DISK == 2**30
    assert (SMALL_BYTES, request_bodies.BYTES_PER_SECOND) == (65_536, 8_192)
