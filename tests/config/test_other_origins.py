"""The card site, served from elsewhere, may ask; cookies stay at home."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from server import app
from tests.config.test_fast_path_and_django import ask, dana

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

__all__ = ["dana"]

SITE = {"Origin": "https://cards.example"}


def test_a_browser_may_send_its_token_and_read_what_it_needs(alice: Persona) -> None:
    wanted = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, if-match",
    }
    for path in ("/api/v1/cards/x", "/api/v1/auth/token"):
        allowed = ask("OPTIONS", path, headers=SITE | wanted)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert "If-Match" in allowed.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in allowed.headers


def test_answers_of_both_paths_are_readable(db: None) -> None:
    for path in ("/api/v1/cards", "/api/schema", "/api/v1/auth/token"):
        answer = ask("GET", path, headers=SITE)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in ask("GET", path).headers


@pytest.mark.parametrize("path", ["/healthz", "/admin/login/", "/.well-known/jwks.json", "/"])
def test_nothing_but_the_api_is_readable(db: None, path: str) -> None:
    answer = ask("GET", path, headers=SITE)
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


def asked_of_a_site(origin: str, method: str = "GET", **headers: str) -> httpx.Headers:
    """Ask an application that has been told whose site is whose."""
    origins: Any = app.Origins(app.fast_path)
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=origins)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(
                method, "/api/v1/cards?limit=1", headers={"Origin": origin, **named}
            )

    return asyncio.run(send()).headers


def test_the_own_site_alone_may_send_credentials(db: None, settings: Settings) -> None:
    settings.SITE_ORIGIN = "https://cards.example"
    settings.CORS_ORIGINS = ["https://cards.example", "https://shop.example"]
    own, other, strange = (
        asked_of_a_site(f"https://{name}.example") for name in ("cards", "shop", "evil")
    )
    assert own["access-control-allow-origin"] == "https://cards.example"
    assert own["access-control-allow-credentials"] == "true"
    assert "Origin" in own["vary"]
    assert other["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-credentials" not in other
    assert "access-control-allow-origin" not in strange


@pytest.mark.parametrize(
    "header",
    [
        "traceparent",
        "tracestate",
        "baggage",
        "x-requested-with",
        "cache-control",
        "content-type",
        "authorization",
        "if-match",
        "if-none-match",
        "idempotency-key",
        "last-event-id",
        "pragma",
    ],
)
def test_what_browsers_and_their_libraries_add_may_be_sent(db: None, header: str) -> None:
    wanted = {
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": header,
    }
    allowed = asked_of_a_site("https://cards.example", "OPTIONS", **wanted)
    names = allowed["access-control-allow-headers"].lower().split(", ")
    assert header in names


def test_links_are_those_of_the_public_address_whatever_host_is_asked(
    alice: Persona, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://api.cards.example"
    for _number in range(2):
        alice.creates("cards", title="x", status="published")
    strange = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    by_django = alice.api.client.get("/api/v1/cards?limit=1", headers=strange).json()["next"]
    assert by_django.startswith("https://api.cards.example/api/v1/cards?")


def test_links_of_the_fast_path_are_those_of_the_public_address(
    dana: dict[str, str], settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://api.cards.example"
    for _number in range(2):
        made = ask("POST", "/api/v1/cards", json={"title": "x"}, headers=dana)
    strange = dana | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    page = ask("GET", "/api/v1/cards?limit=1", headers=strange).json()
    assert page["next"].startswith("https://api.cards.example/api/v1/cards?")
    assert made.headers["location"].startswith("/api/v1/cards/")
