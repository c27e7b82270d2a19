"""Large files over a real HTTP server: whole, in part, slowly, and given up."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from http.client import HTTPConnection, IncompleteRead
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from prometheus_client.core import REGISTRY

from tests.files.served import PATIENCE, served, stored, wait_until
from tests.files.stored import address_of
from tests.personas import new_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from files.models import File

# More than sockets and the server keep for a client that takes nothing.
CONTENT = random.Random(1).randbytes(12_000_000)
SLOW_CLIENTS = 24


@pytest.fixture
def file(transactional_db: None) -> File:
    return stored(CONTENT, new_member("dana").user)


@pytest.fixture
def address(file: File) -> Iterator[str]:
    with served() as address:
        yield address


def fetched(address: str, path: str, **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection(address, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def slowly_asked(address: str, file: File) -> socket.socket:
    """Ask for a file over a connection that takes little of it."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(PATIENCE)
    host, port = address.split(":")
    line.connect((host, int(port)))
    line.sendall(f"GET {address_of(file)} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode())
    return line


def sent_so_far() -> float:
    return REGISTRY.get_sample_value("holobase_files_sent_bytes_total", {"source": "storage"}) or 0


def test_a_large_file_comes_whole_and_in_any_part(address: str, file: File) -> None:
    path, size = address_of(file), len(CONTENT)
    assert fetched(address, path) == (200, CONTENT)
    for first, last in ((0, size - 1), (0, 0), (100_000, 1_400_000), (size - 10, size + 10)):
        part = CONTENT[first : last + 1]
        assert fetched(address, path, Range=f"bytes={first}-{last}") == (206, part)
    assert fetched(address, path, Range="bytes=-700000") == (206, CONTENT[-700_000:])


def test_slow_clients_hold_up_nobody(address: str, file: File) -> None:
    assert SLOW_CLIENTS > settings.REQUEST_THREADS + settings.FILE_THREADS
    with ExitStack() as lines:
        slow = [lines.enter_context(slowly_asked(address, file)) for _ in range(SLOW_CLIENTS)]
        begun = [line.recv(1024) for line in slow]
        assert all(each.startswith(b"HTTP/1.1 200") for each in begun)
        assert fetched(address, address_of(file), Range="bytes=5-9") == (206, CONTENT[5:10])
        assert fetched(address, "/api/v1/cards")[0] == 200
        answer = begun[0]
        while not answer.endswith(CONTENT[-100:]):
            answer += slow[0].recv(1_000_000)
    assert answer.partition(b"\r\n\r\n")[2] == CONTENT


def test_what_nobody_waits_for_is_not_read(address: str, file: File) -> None:
    before = sent_so_far()
    with slowly_asked(address, file) as line:
        line.recv(1024)
        wait_until(lambda: sent_so_far() > before)
    assert fetched(address, address_of(file))[0] == 200
    assert sent_so_far() - before < 2 * len(CONTENT)


def test_a_file_that_is_shorter_than_its_row_says_ends_as_cut(address: str, file: File) -> None:
    default_storage.delete(file.key)
    default_storage.save(file.key, ContentFile(CONTENT[:3_000_000]))
    with pytest.raises(IncompleteRead):
        fetched(address, address_of(file))
    assert fetched(address, "/api/v1/cards")[0] == 200
