"""Two processes, one for the API and one for live connections, over the same data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.mailed import mailed_code
from tests.migrated import EMBEDDED, ROOT, SERVE, fill_with_migrated_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.embedded

UNLIMITED = dict.fromkeys(
    (
        "MOST_CONNECTIONS_PER_ADDRESS",
        "MOST_CONNECTIONS_PER_NETWORK",
        "MOST_SUBSCRIPTIONS_PER_USER",
        "MOST_SUBSCRIPTIONS_PER_NETWORK",
    ),
    "0",
)
STREAMS = 1_100
"""More than the server takes at once by itself."""
PROFILE = {"email": "me@example.com", "username": "newcomer", "password": "a long secret 9"}


@contextmanager
def process(role: str, folder: Path) -> Iterator[str]:
    """Run a process of a role. Yield host and port."""
    fill_with_migrated_database(folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--role", role, "--port", str(port), "--data", str(folder)]
    running = subprocess.Popen(
        [*SERVE, *options],
        cwd=ROOT,
        env={**os.environ, **EMBEDDED, **UNLIMITED},
    )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0 or role == "worker"


def wait_for(address: str, path: str = "/healthz") -> None:
    """Ask until it answers with 2xx."""
    until = monotonic() + 120
    # One client for all tries: to make one takes longer than a try.
    with httpx.Client() as client:
        while True:
            try:
                client.get(f"http://{address}{path}").raise_for_status()
            except httpx.HTTPError:
                assert monotonic() < until
                sleep(0.1)
            else:
                return


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as running:
        addresses = []
        for role in ("api", "realtime", "worker"):
            addresses.append(running.enter_context(process(role, folder)))
            if role != "worker":
                wait_for(addresses[-1])
        yield addresses[0], addresses[1], folder


def test_what_one_process_writes_is_heard_at_another_and_revoked_there(
    processes: tuple[str, str, Path],
) -> None:
    api, realtime, folder = processes
    with httpx.Client(base_url=f"http://{api}/api/v1/", timeout=20) as client:
        proof = client.post("auth/register", json=PROFILE).json()["proof"]
        sent = {"proof": proof, "code": mailed_code(folder / "mail")}
        token = client.post("auth/verify-email/confirm", json=sent).json()["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        protocols = [Subprotocol("holobase.v1"), Subprotocol(f"bearer.{token}")]
        with connect(f"ws://{realtime}/ws/v1", subprotocols=protocols) as live:
            assert json.loads(live.recv(30))["type"] == "authenticated"
            live.send(json.dumps({"type": "subscribe", "ref": "1", "topic": "cards"}))
            assert json.loads(live.recv(30))["type"] == "subscribed"
            cards = [client.post("cards", json={"title": str(n)}).json()["id"] for n in range(5)]
            heard = [json.loads(live.recv(30))["id"] for _number in range(5)]
            assert heard == cards
            client.post("auth/logout", json={})
            assert json.loads(live.recv(7))["type"] == "revoked"


def test_many_event_streams_leave_room_for_others(processes: tuple[str, str, Path]) -> None:
    _api, realtime, _folder = processes
    host, _colon, port = realtime.partition(":")
    request = f"GET /api/v1/events?topic=cards HTTP/1.1\r\nHost: {realtime}\r\n\r\n".encode()
    with ExitStack() as open_streams:
        for _number in range(STREAMS):
            stream = open_streams.enter_context(socket.create_connection((host, int(port)), 5))
            stream.sendall(request)
            assert stream.recv(1000).startswith(b"HTTP/1.1 200")
        assert httpx.get(f"http://{realtime}/healthz").status_code == 200
