"""Valkey may be killed or hang: nobody fails for it, few wait, and limits go on counting."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from config import backends
from server.shared_cache import SharedCache
from tests.config.test_writer_process import until
from tests.servers import HOST, free_ports, valkey_server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Server

pytestmark = pytest.mark.embedded


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (port,) = free_ports(1)
    return valkey_server(tmp_path, port)


@pytest.fixture
def valkey(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    with server.running() as process:
        yield process


@pytest.fixture
def cache(server: Server) -> SharedCache:
    port = server.command[server.command.index("--port") + 1]
    described = backends.cache(f"redis://{HOST}:{port}/0", "")
    return SharedCache(described["LOCATION"], {"OPTIONS": described["OPTIONS"]})


@contextmanager
def hanging(process: subprocess.Popen[bytes]) -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def everything_works(cache: SharedCache, name: str) -> None:
    """Use each operation as limits and sign-ins do."""
    assert cache.add(name, 0, 60)
    assert not cache.add(name, 0, 60)
    assert cache.incr(name, 2) == 2
    assert cache.decr(name) == 1
    assert cache.get(name) == 1
    assert cache.touch(name, 90)
    cache.set(name, ["a list"], 60)
    assert cache.get_many([name, "nothing"]) == {name: ["a list"]}
    assert name in cache
    assert cache.delete(name)
    assert not cache.delete(name)
    assert cache.get(name, "default") == "default"
    with pytest.raises(ValueError, match=name):
        cache.decr(name)


def test_it_is_a_cache_whether_the_server_is_there_or_not(
    cache: SharedCache, server: Server
) -> None:
    with server.running() as process:
        everything_works(cache, "there")
        with hanging(process):
            everything_works(cache, "hanging")
        until(lambda: not cache.outage.is_on)
        everything_works(cache, "again")
    everything_works(cache, "refused")
    with server.running():
        until(lambda: not cache.outage.is_on)
        everything_works(cache, "restarted")


def test_guesses_are_counted_while_the_server_is_away_and_after_that(
    cache: SharedCache, server: Server
) -> None:
    def guess() -> int:
        cache.add("guesses", 0, 60)
        return cache.incr("guesses")

    assert [guess() for _ in range(6)] == [1, 2, 3, 4, 5, 6]
    with server.running():
        until(lambda: not cache.outage.is_on)
        assert guess() == 7


def test_a_counter_that_the_server_had_begins_anew_rather_than_fail(
    cache: SharedCache, valkey: subprocess.Popen[bytes]
) -> None:
    assert cache.add("throttle", 0, 60)
    assert cache.incr("throttle") == 1
    valkey.kill()
    valkey.wait()
    assert cache.incr("throttle") == 1
    assert cache.incr("throttle") == 2


def test_of_all_who_ask_a_server_that_hangs_nobody_waits_twice(
    cache: SharedCache, valkey: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    shared: Any = cache.shared
    unspied = shared.get

    def spied(*given: Any) -> Any:
        asked.append(given[0])
        return unspied(*given)

    monkeypatch.setattr(shared, "get", spied)
    start = Barrier(4)

    def ask(number: int) -> None:
        start.wait()
        for turn in range(5):
            cache.get(f"{number}.{turn}")

    with hanging(valkey):
        threads = [Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([key for key in asked if key != "holobase.ready"]) <= len(threads)
        with pytest.raises(RedisTimeoutError):
            cache.is_answering()
    until(lambda: not cache.outage.is_on)


def test_a_sign_in_that_began_while_the_server_was_away_can_be_finished(
    cache: SharedCache, server: Server
) -> None:
    cache.set("challenge", "sign-in", 300)
    with server.running():
        until(lambda: not cache.outage.is_on)
        assert not cache.add("challenge", "sign-in", 300)
        assert cache.get("challenge") == "sign-in"
        assert [cache.delete("challenge"), cache.delete("challenge")] == [True, False]


def test_a_restart_between_two_requests_is_not_even_noticed(
    cache: SharedCache, server: Server
) -> None:
    with server.running():
        cache.set("before", 1)
    with server.running():
        cache.set("after", 1)
        assert not cache.outage.is_on


def test_an_operator_is_told_while_the_server_is_away(cache: SharedCache) -> None:
    with pytest.raises(RedisConnectionError):
        cache.is_answering()
