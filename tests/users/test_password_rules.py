"""What a password may be: anything long that nobody would guess and that has not leaked."""

from __future__ import annotations

from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, override

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

DANA = User(username="dana", email="dana@example.com")
LEAKED, PADDING = "a leaked horse 9", "only padding 9"


def problems(password: str) -> set[str]:
    try:
        validate_password(password, DANA)
    except ValidationError as error:
        return {inner.code or "" for inner in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    ["correct horse", "한국어비밀번호입니다", "7401935628", "x" * 100, "        long one "],
)
def test_any_composition_will_do(password: str) -> None:
    assert problems(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short 1", "password_too_short"),
        ("password123", "password_too_common"),
        ("12345678", "password_too_common"),
        ("dana@example.com", "password_too_similar"),
        ("Holobase2026!", "password_context"),
        ("HoloCard-123456", "password_context"),
    ],
)
def test_what_everyone_would_guess_will_not_do(password: str, code: str) -> None:
    assert code in problems(password)


class Ranges(BaseHTTPRequestHandler):
    """Answers as Have I Been Pwned does; it knows one password, and one as padding."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Return the suffixes of a prefix."""
        self.asked.append(self.path)
        known = {sha1(LEAKED.encode()).hexdigest().upper(): 7}  # noqa: S324 - the protocol's
        known[sha1(PADDING.encode()).hexdigest().upper()] = 0  # noqa: S324 - the protocol's
        lines = [f"{digest[5:]}:{count}" for digest, count in known.items()]
        self.send_response(200)
        self.end_headers()
        self.wfile.write("\r\n".join(lines).encode())

    @override
    def log_message(self, *_arguments: object) -> None:
        """Stay quiet."""


@pytest.fixture
def ranges(settings: Settings) -> Iterator[list[str]]:
    Ranges.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Ranges) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.BREACHED_PASSWORDS_URL = f"http://127.0.0.1:{server.server_port}/range/"
        yield Ranges.asked
        server.shutdown()


def test_a_password_that_has_leaked_will_not_do_and_is_not_told(ranges: list[str]) -> None:
    assert problems(LEAKED) == {"password_breached"}
    assert problems(PADDING) == set()
    assert problems("another horse 9") == set()
    assert all(len(path.removeprefix("/range/")) == 5 for path in ranges)


def test_a_service_that_is_away_refuses_nothing(settings: Settings) -> None:
    settings.BREACHED_PASSWORDS_URL = "http://127.0.0.1:9/range/"
    assert problems(LEAKED) == set()
