"""Uploads that ClamAV's daemon looks at, which a small one of these tests' own stands for."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from files.care.places import current_place
from files.models import File
from tests.files.drawings import drawn
from tests.files.served import emptied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.personas import Persona

MARKER = b"harmless text that stands for malware"
PICTURE = drawn("PNG")
INFECTED = PICTURE + MARKER
DOCUMENT = b"%PDF-1.7\n" + b"x" * 300_000


class Daemon:
    """Speaks INSTREAM, and finds `MARKER`."""

    def __init__(self, door: socket.socket, most: int) -> None:
        self.door = door
        self.most = most
        self.seen: list[bytes] = []

    def run(self) -> None:
        """Answer until the door is closed."""
        while True:
            try:
                line, _address = self.door.accept()
            except OSError:
                return
            with line:
                line.sendall(self._answer(line) + b"\0")

    def _answer(self, line: socket.socket) -> bytes:
        assert self._taken(line, 10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self._taken(line, 4)):
            content += self._taken(line, size)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(content)
        return b"stream: Test.Marker FOUND" if MARKER in content else b"stream: OK"

    @staticmethod
    def _taken(line: socket.socket, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            piece = line.recv(size - len(taken))
            assert piece
            taken += piece
        return taken


@contextmanager
def running(door: socket.socket, most: int = 10_000_000) -> Iterator[Daemon]:
    daemon = Daemon(door, most)
    thread = Thread(target=daemon.run)
    thread.start()
    try:
        yield daemon
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join()


@pytest.fixture(autouse=True)
def nothing_else(storage: None) -> None:
    emptied(current_place())


@pytest.fixture
def daemon(settings: Settings) -> Iterator[Daemon]:
    door = socket.create_server(("127.0.0.1", 0))
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    with running(door) as daemon:
        yield daemon


def sends(
    persona: Persona, content: bytes, path: str = "cards", name: str = "front", **values: str
) -> Any:
    return persona.api.upload(path, {name: SimpleUploadedFile("x.png", content), **values})


def expects_nothing_stored() -> None:
    assert not File.objects.exists()
    assert list(current_place().objects()) == []


def test_an_infected_upload_is_refused_and_nothing_of_it_stays(
    alice: Persona, daemon: Daemon
) -> None:
    refused = sends(alice, INFECTED, title="Dragon")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["field"], error["code"]) == ("front", "infected")
    assert daemon.seen == [INFECTED]
    expects_nothing_stored()
    assert alice.api.get("cards").json()["results"] == []


def test_a_clean_upload_is_stored(alice: Persona, daemon: Daemon) -> None:
    assert sends(alice, PICTURE, title="Dragon").status_code == 201
    sent = sends(alice, DOCUMENT, "posts", "attachment", text="Rules")
    assert sent.status_code == 201, sent.content
    assert daemon.seen == [PICTURE, DOCUMENT]


def test_attachments_are_looked_at(alice: Persona, daemon: Daemon) -> None:
    refused = sends(alice, DOCUMENT + MARKER, "posts", "attachment", text="Rules")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "infected"
    assert len(daemon.seen) == 1
    expects_nothing_stored()


@pytest.mark.enable_socket
def test_the_daemon_can_be_reached_by_a_socket_of_this_machine(
    alice: Persona, settings: Settings, tmp_path: Path
) -> None:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "clamd"))
    door.listen()
    settings.CLAMAV_URL = f"unix:{tmp_path / 'clamd'}"
    with running(door) as daemon:
        assert sends(alice, INFECTED, title="Dragon").status_code == 400
        assert len(daemon.seen) == 1


def test_uploads_wait_for_a_daemon_that_is_away(alice: Persona, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    refused = sends(alice, PICTURE, title="Dragon")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "Retry-After" in refused
    expects_nothing_stored()
    settings.CLAMAV_REQUIRED = False
    assert sends(alice, PICTURE, title="Dragon").status_code == 201


def test_what_is_too_long_for_the_daemon_is_not_taken_for_clean(
    alice: Persona, settings: Settings
) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    settings.CLAMAV_URL = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    with running(door, most=100_000):
        refused = sends(alice, DOCUMENT, "posts", "attachment", text="Rules")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    expects_nothing_stored()
