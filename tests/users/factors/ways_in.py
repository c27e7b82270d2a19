"""Ways in: what members have and do to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyotp
from django.contrib.auth.hashers import make_password

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api

if TYPE_CHECKING:
    from tests.personas import Persona
    from tests.users.factors.authenticator import Authenticator

SECRET = "a correct horse 9"


@dataclass
class Clock:
    """What time it is for authenticator apps, on both sides."""

    now: float

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@dataclass
class App:
    """A member's authenticator app, and the recovery codes they wrote down."""

    secret: str
    recovery_codes: list[str]
    clock: Clock

    def code(self, *, later: int = 0) -> str:
        """Show the code of now, or of so many seconds later."""
        return pyotp.TOTP(self.secret).at(int(self.clock.now) + later)

    def next_code(self) -> str:
        """Wait for a code that has not been used."""
        self.clock.turn(30)
        return self.code()

    def wrong_code(self) -> str:
        """Show six digits that are no code around now."""
        right = {self.code(later=seconds) for seconds in (-60, -30, 0, 30, 60)}
        return next(f"{n:06}" for n in range(10) if f"{n:06}" not in right)


def give_password(persona: Persona) -> None:
    assert persona.user is not None
    changes.update(persona.user, by=SYSTEM, password=make_password(SECRET))


def turn_on_app(persona: Persona, clock: Clock) -> App:
    secret = persona.api.post("auth/totp").json()["secret"]
    app = App(secret, [], clock)
    confirmed = persona.api.post("auth/totp/confirm", {"code": app.code()})
    assert confirmed.status_code == 200, confirmed.content
    app.recovery_codes = confirmed.json()["recovery_codes"]
    return app


def add_passkey(persona: Persona, authenticator: Authenticator, **changed: object) -> Any:
    options = persona.api.post("auth/passkeys/options").json()
    sent = {"name": "Laptop", "credential": authenticator.create(options)}
    return persona.api.post("auth/passkeys/register", sent | changed)


def sign_in(name: str = "alice", password: str = SECRET) -> Any:
    return Api().post("auth/token", {"identity": name, "password": password})


def challenge_of(name: str = "alice") -> str:
    answer = sign_in(name)
    assert answer.json()["code"] == "second_factor_needed", answer.content
    return str(answer.json()["challenge"])


def show_code(challenge: str, code: str) -> Any:
    return Api().post("auth/token/second-factor", {"challenge": challenge, "code": code})


def show_passkey(authenticator: Authenticator, options: dict[str, object] | None = None) -> Any:
    asked = options or Api().post("auth/passkeys/sign-in/options").json()
    return Api().post("auth/passkeys/sign-in", {"credential": authenticator.get(asked)})
