"""Credentials for the TURN server, checked as coturn checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

URIS = ["turn:turn.example.com:3478", "turns:turn.example.com:5349"]


@pytest.fixture
def _turn(settings: Settings) -> None:
    settings.TURN_SECRET, settings.TURN_URIS = "north", URIS
    settings.TURN_TTL_SECONDS = 600


@pytest.mark.usefixtures("_turn")
def test_alice_gets_credentials_that_coturn_takes_and_that_run_out(alice: Persona) -> None:
    response = alice.api.get("realtime/turn")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    given = response.json()
    expected = hmac.new(b"north", given["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(given["password"]) == expected
    expires, _colon, user = given["username"].partition(":")
    assert abs(int(expires) - time.time() - 600) < 5
    assert (user, given["ttl"], given["uris"]) == (alice.id, 600, URIS)


@pytest.mark.usefixtures("_turn", "db")
def test_anonymous_gets_none(anonymous: Persona) -> None:
    response = anonymous.api.get("realtime/turn")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("missing", ["TURN_SECRET", "TURN_URIS"])
@pytest.mark.usefixtures("_turn")
def test_without_a_server_there_are_none(alice: Persona, settings: Settings, missing: str) -> None:
    setattr(settings, missing, "")
    response = alice.api.get("realtime/turn")
    assert (response.status_code, response.json()["code"]) == (404, "not_configured")
