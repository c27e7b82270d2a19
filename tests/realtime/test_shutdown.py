"""The end of a process: clients are sent elsewhere, spread over time, and lose nothing."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from os import environ
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.mailed import mailed_code
from tests.migrated import EMBEDDED, ROOT, SERVE, fill_with_migrated_database
from tests.realtime.test_processes import PROFILE, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.client import ClientConnection

pytestmark = pytest.mark.embedded

SPREAD = 3
ENDS_WITHIN = 12
HANDSHAKE = (
    b"GET /ws/v1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Process:
    """A process of a role, which can be ended and started again in the same place."""

    def __init__(self, folder: Path, role: str, **more: str) -> None:
        self.role = role
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        options = ["--role", role, "--port", str(self.port), "--data", str(folder)]
        self.command = [*SERVE, *options]
        self.env = {**environ, **EMBEDDED, "REALTIME_RECONNECT_SPREAD_SECONDS": str(SPREAD), **more}

    def start(self) -> None:
        """Run it, and wait until it answers."""
        fill_with_migrated_database(self.folder)
        self.running = subprocess.Popen(self.command, cwd=ROOT, env=self.env)
        try:
            if self.role != "worker":
                wait_for(self.address)
        except BaseException:
            self.running.kill()
            self.running.wait()
            raise

    def end(self) -> None:
        """Ask it to end, as supervisors do."""
        self.running.send_signal(signal.SIGTERM)

    def ended_after(self) -> float:
        """Wait for its end; returns how many seconds that took."""
        asked = monotonic()
        assert self.running.wait(40) == 0
        return monotonic() - asked

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.end()
        self.running.wait(40)


@contextmanager
def listener(process: Process, token: str = "") -> Iterator[ClientConnection]:
    """Open a WebSocket."""
    bearer = [Subprotocol(f"bearer.{token}")] if token else []
    protocols = [Subprotocol("holobase.v1"), *bearer]
    with connect(f"ws://{process.address}/ws/v1", subprotocols=protocols) as live:
        assert not token or told(live)["type"] == "authenticated"
        yield live


def told(live: ClientConnection) -> Any:
    return json.loads(live.recv(10))


def subscribes(live: ClientConnection, **asked: str) -> Any:
    live.send(json.dumps({"type": "subscribe", "ref": "1", "topic": "cards", **asked}))
    return told(live)


def close_code(live: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        live.recv(5)
    assert closed.value.rcvd is not None
    return int(closed.value.rcvd.code)


def client(process: Process, token: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=f"http://{process.address}/api/v1/", timeout=20, headers=headers)


def registers(process: Process) -> str:
    """Open an account where a worker sends the mail; returns the member's token."""
    with client(process) as api:
        proof = api.post("auth/register", json=PROFILE).json()["proof"]
        sent = {"proof": proof, "code": mailed_code(process.folder / "mail")}
        return str(api.post("auth/verify-email/confirm", json=sent).json()["access"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ending")


@pytest.fixture(scope="module")
def api(folder: Path) -> Iterator[httpx.Client]:
    """Run a process for the API beside those that end and return a member's client."""
    with (
        Process(folder, "api") as process,
        Process(folder, "worker"),
        client(process, registers(process)) as api,
    ):
        yield api


def token_of(api: httpx.Client) -> str:
    return api.headers["Authorization"].removeprefix("Bearer ")


def creates(api: httpx.Client, title: str) -> str:
    created = api.post("cards", json={"title": title, "status": "published"})
    return str(created.json()["id"])


def everyone_is_sent_elsewhere(process: Process, api: httpx.Client) -> str:
    """End a process with twelve clients; returns the cursor at which they were cut off."""
    with ExitStack() as stack:
        tokens = [token_of(api) if number % 2 else "" for number in range(12)]
        clients = [stack.enter_context(listener(process, token)) for token in tokens]
        for live in clients:
            assert subscribes(live)["type"] == "subscribed"
        seen = creates(api, "Before")
        events = [told(live) for live in clients]
        assert {event["id"] for event in events} == {seen}
        watched = httpx.get(f"http://{process.address}/metrics", timeout=20).text
        name = "server" if process.role == "all" else f"{process.role}-{process.port}"
        of_it = f'{{process="{name}"'
        assert f'holobase_realtime_connections{of_it},transport="websocket"}} 12.0' in watched
        assert f"holobase_realtime_deliveries_total{of_it}}} 12.0" in watched
        wait_for(process.address, "/readyz")
        process.end()
        frames = [told(live) for live in clients]
        assert {frame["type"] for frame in frames} == {"reconnect"}
        waits = [frame["after"] for frame in frames]
        assert all(0 <= wait <= SPREAD * 1000 for wait in waits)
        assert len(set(waits)) > len(waits) // 2, waits
        assert {close_code(live) for live in clients} == {1012}
        assert process.ended_after() < ENDS_WITHIN
    return str(events[0]["cursor"])


def nothing_was_lost(process: Process, api: httpx.Client, since: str, missed: list[str]) -> None:
    """Resume at a process that has just begun."""
    with listener(process, token_of(api)) as live:
        heard = [subscribes(live, since=since), *(told(live) for _number in missed)]
        assert [event.get("id") for event in heard[:-1]] == missed
        assert heard[-1]["type"] == "subscribed"
        after = creates(api, "After")
        assert told(live)["id"] == after


def an_event_stream_and_latecomers_are_told_when_to_ask_again(process: Process) -> None:
    """End a process that somebody still listens to: it takes in nobody else."""
    stream = f"http://{process.address}/api/v1/events?topic=cards"
    with listener(process) as live, httpx.stream("GET", stream, timeout=20) as events:
        assert subscribes(live)["type"] == "subscribed"
        lines = events.iter_lines()
        assert [next(lines) for _number in range(3)][1] == "event: subscribed"
        process.end()
        assert told(live)["type"] == "reconnect"
        with listener(process) as late:
            assert told(late)["type"] == "reconnect"
        refused = httpx.get(stream)
        assert (refused.status_code, refused.json()["code"]) == (503, "restarting")
        assert refused.headers["retry-after"]
        browsers = httpx.get(stream, headers={"Accept": "text/event-stream"})
        assert browsers.status_code == 200
        assert browsers.text.startswith("retry: ")
        assert '"code":"restarting"' in browsers.text
        rest = dict(line.split(": ", 1) for line in lines if line)
    assert rest["event"] == "reconnect"
    frame = json.loads(rest["data"])
    assert frame == {"type": "reconnect", "after": int(rest["retry"])}
    assert 0 <= frame["after"] <= SPREAD * 1000
    assert process.ended_after() < ENDS_WITHIN


def test_clients_of_a_live_process_are_sent_elsewhere_and_lose_nothing(
    api: httpx.Client, folder: Path
) -> None:
    with Process(folder, "realtime") as process:
        cursor = everyone_is_sent_elsewhere(process, api)
    missed = [creates(api, f"Meanwhile {number}") for number in range(3)]
    with Process(folder, "realtime") as again:
        nothing_was_lost(again, api, cursor, missed)
        an_event_stream_and_latecomers_are_told_when_to_ask_again(again)


def test_clients_of_the_whole_server_are_sent_elsewhere_and_lose_nothing(tmp_path: Path) -> None:
    """It has its folder for itself: another process takes its place, as after an update."""
    with Process(tmp_path, "all") as process, client(process) as api:
        token = registers(process)
        api.headers["Authorization"] = f"Bearer {token}"
        cursor = everyone_is_sent_elsewhere(process, api)
    with Process(tmp_path, "api") as other, client(other, token) as api:
        missed = [creates(api, f"Meanwhile {number}") for number in range(3)]
    with Process(tmp_path, "all") as again, client(again, token) as api:
        nothing_was_lost(again, api, cursor, missed)


def test_a_client_that_does_not_go_holds_nothing_up_for_long(folder: Path) -> None:
    with ExitStack() as stack:
        process = stack.enter_context(Process(folder, "realtime", SHUTDOWN_SECONDS="2"))
        deaf = stack.enter_context(socket.create_connection(("127.0.0.1", process.port)))
        deaf.sendall(HANDSHAKE)
        assert deaf.recv(1000).startswith(b"HTTP/1.1 101")
        process.end()
        assert process.ended_after() < 2 + ENDS_WITHIN


def test_a_request_under_way_is_answered(tmp_path: Path) -> None:
    with Process(tmp_path, "api") as process, ThreadPoolExecutor() as threads:
        address = f"http://{process.address}/api/v1/auth/token"
        unknown = {"identity": PROFILE["email"], "password": PROFILE["password"]}
        slow = threads.submit(httpx.post, address, json=unknown, timeout=20)
        sleep(0.1)
        process.end()
        assert slow.result().status_code == 401
        assert process.ended_after() < ENDS_WITHIN


def test_a_request_that_takes_too_long_is_told_so(tmp_path: Path) -> None:
    """Another program holds SQLite's lock: neither the fast path nor Django gets to an end."""
    with Process(tmp_path, "all", SHUTDOWN_SECONDS="1") as process, client(process) as api:
        api.headers["Authorization"] = f"Bearer {registers(process)}"
        card = {"title": "Ember Dragon"}
        known = {"identity": PROFILE["email"], "password": PROFILE["password"]}
        with (
            closing(sqlite3.connect(tmp_path / "holobase.db", autocommit=True)) as other,
            ThreadPoolExecutor() as threads,
        ):
            other.execute("BEGIN IMMEDIATE")
            late = [threads.submit(api.post, "cards", json=card)]
            late += [threads.submit(api.post, "auth/token", json=known)]
            sleep(0.5)
            process.end()
            answers = [request.result() for request in late]
            other.execute("ROLLBACK")
        assert [answer.status_code for answer in answers] == [503, 503]
        assert {answer.json()["code"] for answer in answers} == {"interrupted"}
        assert all(answer.headers["retry-after"] for answer in answers)
        assert process.ended_after() < ENDS_WITHIN
