"""PostgreSQL restarts, hangs or goes: no request fails for a dead connection, none waits long."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection

from resources import connections
from resources.answers import HttpAnswer
from resources.connections import with_connection
from resources.errors import Problem
from server.postgresql.connection import is_cut_off
from server.postgresql.watch import DatabaseWatch, watch
from server.read_executor import run_in_language
from server.waiting import in_thread, interrupt
from server.write_executor import ThreadPool
from tests.config.test_writer_process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

OTHERS = """
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def one() -> int:
    """Ask the database something on a connection from the pool."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return int(cursor.fetchone()[0])
    finally:
        connection.close()


def looked(watching: DatabaseWatch) -> bool:
    watching.look()
    return True


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(6) as pool:
        yield pool


def fill_pool(threads: ThreadPoolExecutor) -> None:
    """Have six connections in the pool."""
    meeting = Barrier(6)

    def meet(_number: int) -> None:
        connection.ensure_connection()
        meeting.wait()
        connection.close()

    list(threads.map(meet, range(6)))


@pytest.mark.servers
def test_no_request_fails_for_a_connection_that_died_in_the_pool(
    transactional_db: None, threads: ThreadPoolExecutor
) -> None:
    fill_pool(threads)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
        assert len(cursor.fetchall()) >= 5
        until(lambda: not cursor.execute(f"SELECT pid {OTHERS}").fetchall())
    assert list(threads.map(lambda _number: one(), range(30))) == [1] * 30


@pytest.mark.servers
def test_a_thread_keeps_its_connection_while_work_waits_but_not_for_ever(
    transactional_db: None, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_kept(work_waits: bool) -> bool:
        with_connection(connection.ensure_connection, lambda: work_waits)
        is_open = connection.connection is not None
        connection.close()
        return is_open

    assert threads.submit(is_kept, True).result()
    assert not threads.submit(is_kept, False).result()
    monkeypatch.setattr(connections, "KEPT_SECONDS", 0)
    assert not threads.submit(is_kept, True).result()


@pytest.mark.servers
def test_a_connection_that_was_kept_in_vain_may_die_meanwhile(transactional_db: None) -> None:
    """Two threads may keep theirs for the same work: one of them has nothing to do then."""

    def process_id() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    with ThreadPoolExecutor(1) as thread, connection.cursor() as cursor:
        kept = thread.submit(with_connection, process_id, lambda: True).result()
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept])
        sleep(connections.KEPT_SECONDS)
        assert thread.submit(with_connection, process_id).result() != kept


@pytest.mark.servers
def test_a_read_whose_connection_ends_meanwhile_is_done_again(
    transactional_db: None, threads: ThreadPoolExecutor
) -> None:
    tries = []

    def read() -> int:
        tries.append(1)
        with connection.cursor() as cursor:
            if len(tries) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 7")
            return int(cursor.fetchone()[0])

    def work() -> int:
        try:
            return run_in_language("en", read)
        finally:
            connection.close()

    assert threads.submit(work).result() == 7
    assert len(tries) == 2


@pytest.mark.servers
def test_a_statement_that_fails_by_itself_is_not_repeated(
    transactional_db: None, threads: ThreadPoolExecutor
) -> None:
    tries = []

    def read() -> None:
        tries.append(1)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 20")
                cursor.execute("SELECT pg_sleep(5)")
        finally:
            connection.close()

    with pytest.raises(OperationalError, match="statement timeout"):
        threads.submit(run_in_language, "en", read).result()
    assert len(tries) == 1


@pytest.mark.servers
def test_while_it_is_away_nobody_waits_for_a_connection(
    transactional_db: None, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_pool(threads)
    database: Any = connection
    old = database.pool
    monkeypatch.setattr(DatabaseWatch, "_answers", lambda _watch: False)
    watch.look()
    with pytest.raises(OperationalError, match="can't be reached"):
        threads.submit(one).result()
    monkeypatch.setattr(DatabaseWatch, "_answers", lambda _watch: True)
    watch.look()
    assert threads.submit(one).result() == 1
    assert database.pool is not old
    assert old.closed


@pytest.mark.servers
def test_a_server_that_answers_somebody_is_only_busy(
    transactional_db: None, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.postgresql.watch.GRACE", 0.0)
    monkeypatch.setattr(DatabaseWatch, "_answers", lambda _watch: threads.submit(one).result() != 1)
    watch.look()
    assert not watch.is_away


@pytest.mark.servers
def test_threads_that_wait_for_a_server_that_hangs_are_let_go(
    transactional_db: None, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Event()

    def wait_long() -> None:
        try:
            with connection.cursor() as cursor:
                asking.set()
                cursor.execute("SELECT pg_advisory_lock(54)")
        finally:
            connection.close()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(54)")
    waiting = threads.submit(wait_long)
    asking.wait()
    monkeypatch.setattr(DatabaseWatch, "_answers", lambda _watch: False)
    monkeypatch.setattr("server.postgresql.watch.CUT_AFTER", 0.0)
    # This thread waits for nothing, and so keeps its connection and the lock.
    watch.in_use.discard(connection.connection)
    try:
        watch.look()
        until(lambda: looked(watch) and waiting.done())
    finally:
        monkeypatch.setattr(DatabaseWatch, "_answers", lambda _watch: True)
        watch.look()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(54)")
    with pytest.raises(OperationalError):
        waiting.result()
    assert not watch.is_away


@pytest.mark.servers
def test_the_watch_knows_by_its_own_connection(transactional_db: None) -> None:
    own = DatabaseWatch()
    own.look()
    assert own.connection is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [own.connection.pgconn.backend_pid])
    until(lambda: is_cut_off(own.connection))
    own.look()
    assert own.is_away
    own.look()
    assert not own.is_away
    own.connection.close()


def test_requests_under_way_are_answered_when_it_goes_away() -> None:
    released = Event()
    threads = ThreadPool(1, "waiting")

    def hang() -> HttpAnswer:
        released.wait(60)
        return HttpAnswer(200)

    async def ask() -> list[HttpAnswer]:
        asked = [asyncio.create_task(threads.run(hang)) for _request in range(3)]
        await asyncio.sleep(0)
        await asyncio.to_thread(interrupt)
        answers = await asyncio.gather(*asked)
        released.set()
        return [*answers, await threads.run(hang)]

    *interrupted, later = asyncio.run(ask())
    assert [answer.status for answer in interrupted] == [503] * 3
    assert {answer.headers["Retry-After"] for answer in interrupted} == {"2"}
    assert later.status == 200


def test_while_it_is_away_no_request_queues_behind_those_that_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.waiting.is_away", lambda: True)
    begun = Event()

    def begin() -> HttpAnswer:
        begun.set()
        return HttpAnswer(200)

    answer = asyncio.run(ThreadPool(1, "idle").run(begin))
    assert (answer.status, answer.headers["Retry-After"], begun.is_set()) == (503, "2", False)


def test_what_fails_in_a_thread_fails_for_whoever_waits() -> None:
    def fail() -> Any:
        raise Problem(409, "conflict", "")

    async def ask() -> None:
        with ThreadPoolExecutor(1) as pool:
            await in_thread(pool, fail)

    with pytest.raises(Problem) as problem:
        asyncio.run(ask())
    assert problem.value.status == 409
