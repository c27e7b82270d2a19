"""Costly reads run apart from cheap ones, each network's in its share of the threads.

They end in time, and when nobody waits for them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from resources.errors import as_problem
from resources.execution.reader import Answer, page_of
from server import costly_lane
from server.app import application, fast_path
from server.sqlite.connection import limit
from tests.contract.test_both_paths_agree import scope_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from resources.json_text import JsonObject
    from resources.query.list_query import ListQuery

LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
COSTLY = "/api/v1/cards?title__contains="
CHEAP = "/api/v1/cards?limit=7"
served: Any = application


class Client:
    """Sends one request, and goes away when it is told to."""

    def __init__(self, url: str, place: str = "192.0.2.1") -> None:
        self.scope = scope_of("GET", url, {}) | {"client": (place, 1)}
        self.has_left = asyncio.Event()
        self.has_sent = False
        self.status = 0

    async def receive(self) -> JsonObject:
        """Return the request, then that the client is gone once it is."""
        if not self.has_sent:
            self.has_sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: JsonObject) -> None:
        """Take the answer's status."""
        self.status = message.get("status", self.status)

    def ask(self) -> asyncio.Task[int]:
        """Send the request; the task returns the status."""
        return asyncio.create_task(self._asked())

    async def _asked(self) -> int:
        await served(self.scope, self.receive, self.send)
        return self.status


@pytest.fixture
def slow(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a costly page of cards take for ever; returns what has begun."""
    begun: list[str] = []

    def page(resource: Any, actor: Any, query: ListQuery, url: str) -> Answer:
        if query.cost.is_cheap:
            return page_of(resource, actor, query, url)
        begun.append(query.rest)
        with connection.cursor() as cursor:
            cursor.execute(LONG)
        raise AssertionError

    monkeypatch.setattr("resources.http.reads.page_of", page)
    monkeypatch.setattr(limit, "seconds", 60)
    return begun


def crowd(count: int, url: str = COSTLY) -> list[Client]:
    """Return clients at places of their own, who ask for something different each."""
    return [Client(f"{url}{number}", f"192.0.2.{number}") for number in range(count)]


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not is_so():
        await asyncio.sleep(0.01)


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a test in an event loop; what never ends fails."""

    async def in_time() -> None:
        await asyncio.wait_for(work(), 60)
        # Threads that are still being interrupted would be missing to the next test.
        await asyncio.wait_for(until(lambda: not fast_path.readers.costly.endings), 60)

    asyncio.run(in_time())


@transaction.atomic
def run_for_ever() -> None:
    """Run a statement that has no end, on PostgreSQL with a limit shorter than the settings'."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 200")
        cursor.execute(LONG)


def test_a_statement_ends_in_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "seconds", 0.2)
    with pytest.raises(OperationalError) as ended:
        run_for_ever()
    problem = as_problem(ended.value)
    assert problem is not None
    assert (problem.status, problem.code) == (503, "too_costly")
    assert problem.headers["Retry-After"]


def test_a_serving_process_has_the_limit_of_its_settings(db: None) -> None:
    assert settings.STATEMENT_SECONDS == 5
    if connection.vendor == "sqlite":
        assert limit.seconds == 5
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)


def test_cheap_reads_do_not_wait_for_costly_ones(slow: list[str]) -> None:
    async def work() -> None:
        clients = crowd(5)
        asked = [client.ask() for client in clients]
        await until(lambda: len(slow) == settings.COSTLY_THREADS)
        assert await Client(CHEAP).ask() == 200
        for client in clients:
            client.has_left.set()
        await asyncio.gather(*asked)

    run(work)


def test_a_read_ends_when_its_client_goes_away(slow: list[str]) -> None:
    async def work() -> None:
        lane = fast_path.readers.costly
        clients = crowd(4)
        asked = [client.ask() for client in clients]
        await until(lambda: len(slow) == settings.COSTLY_THREADS)
        for client in clients:
            client.has_left.set()
        assert await asyncio.gather(*asked) == [499] * 4
        await until(lambda: not lane.endings)
        assert len(slow) == settings.COSTLY_THREADS, "what had not begun never does"
        assert not lane.jobs

    run(work)


def test_a_read_goes_on_while_anybody_waits_for_it(slow: list[str]) -> None:
    async def work() -> None:
        lane = fast_path.readers.costly
        first, second = Client(f"{COSTLY}x"), Client(f"{COSTLY}x")
        asked = [first.ask(), second.ask()]
        await until(lambda: len(slow) == 1)
        first.has_left.set()
        assert await asked[0] == 499
        assert len(lane.jobs) == 1
        assert not lane.endings
        second.has_left.set()
        assert await asked[1] == 499
        await until(lambda: not lane.endings)

    run(work)


def test_too_many_costly_reads_at_once_are_told_to_come_later(
    slow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costly_lane, "MOST_JOBS", 3)
    monkeypatch.setattr(costly_lane, "PATIENCE", 0.2)

    async def work() -> None:
        clients = crowd(4)
        asked = [client.ask() for client in clients]
        assert await asked[3] == 503
        assert await asked[2] == 503, "its turn never came"
        for client in clients:
            client.has_left.set()
        await asyncio.gather(*asked)

    run(work)


def test_one_network_leaves_threads_to_the_others(slow: list[str]) -> None:
    async def work() -> None:
        many = [Client(f"{COSTLY}{number}", f"2001:db8::{number}") for number in range(4)]
        asked = [client.ask() for client in many]
        await until(lambda: len(slow) == settings.COSTLY_THREADS // 2)
        other = Client(f"{COSTLY}x", "192.0.2.9")
        asked.append(other.ask())
        await until(lambda: slow[-1].startswith("title__contains=x"))
        assert len(slow) == settings.COSTLY_THREADS // 2 + 1, "the others wait for their network"
        for client in (*many, other):
            client.has_left.set()
        await asyncio.gather(*asked)
        await until(lambda: not fast_path.readers.costly.of_network)

    run(work)


def test_one_network_leaves_places_to_wait_to_the_others(
    slow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costly_lane, "MOST_JOBS", 4)

    async def work() -> None:
        clients = [Client(f"{COSTLY}{number}") for number in range(3)]
        asked = [client.ask() for client in clients]
        assert await asked[2] == 429
        others = crowd(3)[1:]
        asked += [client.ask() for client in others]
        await until(lambda: len(slow) == settings.COSTLY_THREADS)
        for client in (*clients, *others):
            client.has_left.set()
        assert await asyncio.gather(*asked) == [499, 499, 429, 499, 499]

    run(work)


def test_a_trusted_address_has_all_threads(
    slow: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TRUSTED_ADDRESSES", ["192.0.2.7"])

    async def work() -> None:
        clients = [Client(f"{COSTLY}{number}", "192.0.2.7") for number in range(3)]
        asked = [client.ask() for client in clients]
        await until(lambda: len(slow) == settings.COSTLY_THREADS)
        for client in clients:
            client.has_left.set()
        await asyncio.gather(*asked)

    run(work)


def test_a_costly_read_gives_the_same_as_ever(transactional_db: None) -> None:
    async def work() -> None:
        asked = [Client(f"{COSTLY}dragon&count=exact").ask() for _again in range(5)]
        assert await asyncio.gather(*asked) == [200] * 5

    run(work)
