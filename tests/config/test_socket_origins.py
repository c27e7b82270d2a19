"""Which pages may open a WebSocket: browsers leave it to the server to look at their origin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.testing import ApplicationCommunicator

from server.app import live

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.embedded

SITE, OTHER = "https://cards.example", "https://evil.example"


def handshake(origin: str | None, *, host: str = "api.example", answers: bool = True) -> Any:
    """Open a socket from a page. Return the server's first word about it."""
    headers = [(b"host", host.encode())]
    headers += [(b"origin", origin.encode())] if origin is not None else []
    scope = {
        "type": "websocket",
        "path": "/ws/v1",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}} if answers else {},
    }

    async def first() -> Any:
        served: object = live
        socket = ApplicationCommunicator(served, scope)
        await socket.send_input({"type": "websocket.connect"})
        said = await socket.receive_output(20)
        if said["type"] == "websocket.accept":
            await socket.send_input({"type": "websocket.disconnect", "code": 1000})
            await socket.wait()
        return said

    return asyncio.run(first())


@pytest.fixture(autouse=True)
def one_site(transactional_db: None, settings: Settings) -> None:
    settings.SITE_ORIGIN = SITE
    settings.CORS_ORIGINS = [SITE, "app://cards"]
    settings.PUBLIC_URL = "https://api.example:8443"


@pytest.mark.parametrize(
    "origin", [OTHER, "null", "", f"{SITE}.evil.example", "http://cards.example", "https://["]
)
def test_a_page_of_another_origin_opens_no_socket(origin: str) -> None:
    refused = handshake(origin)
    assert (refused["type"], refused["status"]) == ("websocket.http.response.start", 403)
    assert handshake(origin, answers=False) == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(
    "origin", [SITE, "app://cards", "https://api.example:8443", "http://api.example", None]
)
def test_pages_that_may_use_the_api_open_sockets(origin: str | None) -> None:
    assert handshake(origin)["type"] == "websocket.accept"


def test_without_a_site_any_page_opens_a_socket(settings: Settings) -> None:
    settings.CORS_ORIGINS = ["*"]
    assert handshake(OTHER)["type"] == "websocket.accept"
