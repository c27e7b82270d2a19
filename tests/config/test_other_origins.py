"""The card site, served from elsewhere, may ask; cookies stay at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.config.test_roads import ask

if TYPE_CHECKING:
    from tests.personas import Persona

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


def test_answers_of_both_roads_are_readable(db: None) -> None:
    for path in ("/api/v1/cards", "/healthz", "/api/v1/auth/token"):
        answer = ask("GET", path, headers=SITE)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in ask("GET", path).headers
