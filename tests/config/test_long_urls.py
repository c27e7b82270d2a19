"""URLs beyond 8 kB are refused on every path, before anything is made of them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from asgiref.testing import ApplicationCommunicator

from server.app import application
from server.url_limit import LONGEST_URL
from tests.config.test_fast_path_and_django import ask

if TYPE_CHECKING:
    from resources.json_text import JsonObject

pytestmark = pytest.mark.embedded

served: object = application
TOO_LONG = "x" * LONGEST_URL


@pytest.mark.parametrize(
    "path",
    [
        f"/api/v1/cards?title={TOO_LONG}",
        f"/api/v1/cards/{TOO_LONG}",
        f"/api/v1/events?topic={TOO_LONG}",
        f"/admin/login/?next={TOO_LONG}",
        f"/api/v1/cards/{'한' * 1_000}",
    ],
)
def test_a_long_url_is_refused_on_every_path(db: None, path: str) -> None:
    refused = ask("GET", path)
    assert (refused.status_code, refused.json()["code"]) == (414, "url_too_long")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-request-id"] == refused.json()["request_id"]


def test_a_url_just_as_long_as_it_may_be_is_answered(transactional_db: None) -> None:
    start = "/api/v1/cards?title="
    # The question mark is in neither half.
    assert ask("GET", start + "x" * (LONGEST_URL + 1 - len(start))).status_code == 200
    assert ask("GET", start + "x" * (LONGEST_URL + 2 - len(start))).status_code == 414


def opened(query: str, **extensions: object) -> JsonObject:
    """Connect a WebSocket; returns the server's first answer."""
    scope = {
        "type": "websocket",
        "path": "/ws/v1",
        "query_string": query.encode(),
        "headers": [],
        "subprotocols": [],
        "extensions": extensions,
    }

    async def connect() -> JsonObject:
        socket = ApplicationCommunicator(served, scope)
        await socket.send_input({"type": "websocket.connect"})
        first: JsonObject = await socket.receive_output()
        if first["type"].endswith("start"):
            first |= await socket.receive_output()
        return first

    return asyncio.run(connect())


def test_a_socket_with_a_long_query_is_refused() -> None:
    assert opened(TOO_LONG) == {"type": "websocket.close", "code": 1009}
    refused = opened(TOO_LONG, **{"websocket.http.response": {}})
    assert (refused["status"], json.loads(refused["body"])["code"]) == (414, "url_too_long")
