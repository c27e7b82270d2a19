"""A clock to turn, and alice's authenticator app and passkey."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

import pytest

from tests.users.factors.authenticator import Authenticator
from tests.users.factors.ways_in import App, Clock, add_passkey, give_password, turn_on_app

if TYPE_CHECKING:
    from tests.personas import Persona


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(time())
    monkeypatch.setattr("users.services.factors.time", lambda: clock.now)
    return clock


@pytest.fixture
def app(alice: Persona, clock: Clock) -> App:
    """Set a password and an authenticator app for alice."""
    give_password(alice)
    return turn_on_app(alice, clock)


@pytest.fixture
def passkey(alice: Persona) -> Authenticator:
    """Add a passkey to alice's account."""
    authenticator = Authenticator()
    assert add_passkey(alice, authenticator).status_code == 201
    return authenticator
