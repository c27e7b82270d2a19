"""Several processes serve one port, as one server: one limit, one writer, and nobody is missed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import httpx
import pytest

from config import backends, cores, env
from server import local_cache, writer_process
from server.local_cache import LocalCache
from server.write_executor import MOST_IN_A_GROUP
from server.writer_frames import frame
from server.writer_process import Writer
from tests.config.test_serve import ROOT
from tests.config.test_writer_process import IN_ENGLISH, children, is_running, signed_in, until
from tests.realtime.test_shutdown import Process, creates, listener, subscribes, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.embedded

TWO = {
    "SERVE_PROCESSES": "2",
    "THROTTLE_AUTH": "40/hour",
    "REALTIME_POLL_SECONDS": "600",  # what is heard is heard from the writer
}
PROCESSES = 4
"""A writer, a background worker and two that serve."""
LISTENERS = 8
SUPERVISED_PROCESSES = 9
SUPERVISED = """
from functools import partial
from threading import Thread
from time import sleep
from server.processes import SupervisedProcess, Supervisor

Thread(target=sleep, args=(600,), daemon=True).start()
supervisor = Supervisor()
start = lambda _ready: supervisor.fork(partial(sleep, 600))
parts = [SupervisedProcess(name, start) for name in (*["server"] * 8, "writer")]
supervisor.run(parts[:-1], parts[-1:], lambda: None)
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Run a server of two processes for all tests of this module; the last of them ends it."""
    running = Process(tmp_path_factory.mktemp("several"), "all", **TWO)
    running.start()
    yield running
    running.running.kill()
    running.running.wait()


@pytest.fixture
def supervisor() -> Iterator[subprocess.Popen[bytes]]:
    """Run a supervisor of processes that do nothing, beside a thread of its own."""
    with subprocess.Popen([sys.executable, "-c", SUPERVISED], cwd=ROOT) as running:
        yield running
        running.kill()


def forks_of(process: Process) -> list[int]:
    """Return the ids of the writer, the worker and the servers, in the order of their start."""
    return sorted(children(process.running.pid))


def test_two_processes_are_one_server(process: Process) -> None:
    until(lambda: len(forks_of(process)) == PROCESSES)
    writer, worker, *servers = forks_of(process)
    with signed_in(process) as alice, ExitStack() as stack:
        lives = [stack.enter_context(listener(process)) for _number in range(LISTENERS)]
        for live in lives:
            subscribes(live)
        card = creates(alice, "Dragon")
        assert {told(live)["id"] for live in lives} == {card}

        for title in ("Moth", "Wolf", "Crane"):
            assert alice.patch(f"cards/{card}", json={"title": title}).status_code == 200
            for _number in range(LISTENERS):
                seen = httpx.get(f"{alice.base_url}cards/{card}", headers=alice.headers)
                assert seen.json()["title"] == title

        os.kill(writer, signal.SIGKILL)
        until(lambda: len(forks_of(process)) == PROCESSES and writer not in forks_of(process))
        assert creates(alice, "written by the next writer")

        process.running.send_signal(signal.SIGHUP)
        answers = []
        while set(servers) & set(forks_of(process)):
            # Connections that wait to be accepted are cut when a process closes its socket.
            with suppress(httpx.TransportError):
                answers.append(httpx.get(f"{alice.base_url}cards/{card}", headers=alice.headers))
        assert {answer.status_code for answer in answers} == {200}
        until(lambda: len(forks_of(process)) == PROCESSES)
        assert worker in forks_of(process)
        assert creates(alice, "written for the next servers")


def test_guesses_are_counted_by_all_processes_together(process: Process) -> None:
    guess = {"identity": "nobody", "password": "a wrong horse 9"}
    url = f"http://{process.address}/api/v1/auth/token"
    left = [httpx.post(url, json=guess).headers.get("ratelimit-remaining") for _number in range(6)]
    numbers = [int(one) for one in left if one]
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))


def test_all_of_them_end_with_the_server(process: Process) -> None:
    everyone = forks_of(process)
    assert len(everyone) == PROCESSES
    process.end()
    process.ended_after()
    assert not any(is_running(one) for one in everyone)


def test_nobody_outlives_the_process_that_watches_them(
    supervisor: subprocess.Popen[bytes],
) -> None:
    until(lambda: len(children(supervisor.pid)) == SUPERVISED_PROCESSES)
    everyone = list(children(supervisor.pid))
    supervisor.kill()
    until(lambda: not any(is_running(one) for one in everyone))


def test_one_that_dies_while_the_others_end_is_not_waited_for(
    supervisor: subprocess.Popen[bytes],
) -> None:
    until(lambda: len(children(supervisor.pid)) == SUPERVISED_PROCESSES)
    for process, number in (
        (supervisor.pid, signal.SIGSTOP),
        (min(children(supervisor.pid)), signal.SIGKILL),
        (supervisor.pid, signal.SIGTERM),
        (supervisor.pid, signal.SIGCONT),
    ):
        os.kill(process, number)
    assert supervisor.wait(20) == 0


def test_a_full_group_leaves_the_rest_for_the_next_even_of_servers_that_are_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    groups: list[int] = []
    monkeypatch.setattr(writer_process, "_unpacked", lambda *_asked: IN_ENGLISH)
    monkeypatch.setattr(writer_process, "write_group", lambda group: groups.append(len(group)))
    writer = Writer()
    for asked in (3, 50):
        server, line = socket.socketpair()
        writer.admit(line)
        with server:
            server.sendall(b"".join(frame(number, "request") for number in range(1, asked + 1)))
    writer.run()
    assert groups == [MOST_IN_A_GROUP, 53 - MOST_IN_A_GROUP]


def test_a_process_serves_from_each_core_unless_an_operator_says_how_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(env.PROCESSES_VARIABLE, "")
    assert backends.serving_processes() == cores.usable_cores()
    env.adopt_options(["manage.py", "serve", "--processes", "3"])
    assert backends.serving_processes() == 3
    env.adopt_options(["manage.py", "serve", "--processes=auto"])
    assert backends.serving_processes() == cores.usable_cores()
    for wrong in ("0", "many", ""):
        with pytest.raises(env.VariableProblem, match=r"^--processes: "):
            env.adopt_options(["manage.py", "serve", "--processes", wrong])
    quota = tmp_path / "cpu.max"
    all_cores = cores.usable_cores(quota)
    for allowed, expected in (("max 100000", all_cores), ("50000 100000", 1)):
        quota.write_text(allowed)
        assert cores.usable_cores(quota) == expected


def test_the_shared_cache_is_one_for_all_who_open_it(tmp_path: Path) -> None:
    caches = [LocalCache(str(tmp_path / "cache.db"), {}) for _number in range(2)]
    here, there = caches
    assert here.add("guesses", 0, 60)
    assert not there.add("guesses", 0, 60)
    assert [there.incr("guesses"), here.incr("guesses", 2)] == [1, 3]
    there.set("state", {"nonce": b"x"}, 60)
    assert (here.get("state"), here.get("other", "none")) == ({"nonce": b"x"}, "none")
    assert there.touch("state", -1)
    assert not here.has_key("state")
    assert here.add("state", 1)
    assert here.delete("state")
    assert not there.delete("state")
    with pytest.raises(ValueError, match="state"):
        here.incr("state")
    there.clear()
    assert here.get("guesses") is None


def test_what_is_too_much_is_removed_first_what_ends_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_cache, "WRITES_BETWEEN_CLEANINGS", 4)
    cache = LocalCache(str(tmp_path / "cache.db"), {"OPTIONS": {"MAX_ENTRIES": 2}})
    for seconds in (50, -1, 20, 90):
        cache.set(seconds, seconds, seconds)
    assert [cache.get(seconds) for seconds in (50, -1, 20, 90)] == [50, None, None, 90]
