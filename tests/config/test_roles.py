"""One build, several processes: what each role answers, and that they make one whole."""

from __future__ import annotations

import asyncio
from functools import cache, partial
from typing import TYPE_CHECKING

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator

from server.app import app_of_role, fast_path, live_of

if TYPE_CHECKING:
    from resources.json_text import JsonObject

# Their threads, and so their database connections, last as those of the served product do.
app_of = cache(partial(app_of_role, fast_path=fast_path))


def status(role: str, path: str) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(app=app_of(role), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return (await client.get(path)).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("role", "path", "expected"),
    [
        ("api", "/api/v1/cards", 200),
        ("api", "/api/v1/events?topic=cards", 404),
        ("api", "/healthz", 200),
        ("realtime", "/api/v1/cards", 404),
        ("realtime", "/admin/login/", 404),
        ("realtime", "/api/v1/events?topic=nothing", 404),
        ("realtime", "/api/v1/events", 400),
        ("realtime", "/healthz", 200),
        ("all", "/api/v1/cards", 200),
        ("all", "/api/v1/events", 400),
    ],
)
def test_each_role_answers_what_is_its_own(
    transactional_db: None, role: str, path: str, expected: int
) -> None:
    assert status(role, path) == expected


def test_a_process_for_the_api_takes_no_live_connections(transactional_db: None) -> None:
    async def connect(role: str) -> str:
        scope: JsonObject = {"type": "websocket", "path": "/ws/v1", "headers": []}
        socket = ApplicationCommunicator(live_of(role), scope)
        await socket.send_input({"type": "websocket.connect"})
        answer: str = (await socket.receive_output(30))["type"]
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait()
        return answer

    assert asyncio.run(connect("api")) == "websocket.close"
    assert asyncio.run(connect("realtime")) == "websocket.accept"
