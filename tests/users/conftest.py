"""A mailbox for the tests of accounts: a real SMTP server whose letters can be read."""

from __future__ import annotations

import re
import socket
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from pytest_django.fixtures import Settings

CODE = re.compile(r"^    (\d{8})$", re.MULTILINE)
TOKEN = re.compile(r"token=(\S+)")
# Any queue: modules with jobs may be loaded while this is set.
IMMEDIATELY = {"default": {"BACKEND": "resources.jobs.backend.ImmediateJobBackend", "QUEUES": []}}


class Mailbox:
    """Takes what is sent (the handler of an SMTP server) and lets tests read it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        """Keep a letter."""
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the letters to an address."""
        return [letter for letter in self.letters if letter["To"] == address]

    def text(self, address: str) -> str:
        """Return the newest letter to an address as text."""
        body = self.to(address)[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    def code(self, address: str) -> str:
        """Return the code in the newest letter to an address."""
        match = CODE.search(self.text(address))
        assert match is not None
        return match[1]

    def token(self, address: str) -> str:
        """Return the token of the link in the newest letter to an address."""
        match = TOKEN.search(self.text(address))
        assert match is not None
        return unquote(match[1])


@pytest.fixture
def mailbox(transactional_db: None, settings: Settings) -> Iterator[Mailbox]:
    """Run an SMTP server on a free port, and tasks as soon as they are enqueued."""
    handler = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAILERS = {
        "default": {"BACKEND": smtp, "OPTIONS": {"host": "127.0.0.1", "port": port}}
    }
    settings.TASKS = IMMEDIATELY
    yield handler
    server.stop()
