"""Connections to a real server that send nothing, too little, too slowly or too much."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.realtime.test_shutdown import HANDSHAKE, Process

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.embedded

PATIENCE = 40
HEAD = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
MANY_HEADERS = b"".join(b"X-%d: 1\r\n" % number for number in range(150))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a server with short deadlines; gives its port."""
    folder = tmp_path_factory.mktemp("slow")
    short = dict.fromkeys(("HEADER_SECONDS", "BODY_SECONDS", "REALTIME_IDLE_SECONDS"), "1")
    with Process(folder, "all", **short) as process:
        yield process.port


def told(port: int, sent: bytes) -> bytes:
    """Send something and nothing more; gives what is answered until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(sent)
        answer = b""
        while piece := line.recv(65_536):
            answer += piece
        return answer


@pytest.mark.parametrize(
    "sent", [b"", HEAD, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02"]
)
def test_what_never_becomes_a_request_ends(port: int, sent: bytes) -> None:
    assert not told(port, sent).startswith(b"HTTP/1.1 2")


@pytest.mark.parametrize("length", [b"Content-Length: 20", b"Transfer-Encoding: chunked"])
def test_an_unfinished_body_ends(port: int, length: bytes) -> None:
    answer = told(port, HEAD + length + b'\r\n\r\n5\r\n{"ide\r\n')
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


def test_a_large_body_is_refused_before_it_comes(port: int) -> None:
    answer = told(port, HEAD + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("headers", [MANY_HEADERS, b"X: " + b"x" * 150_000 + b"\r\n"])
def test_headers_are_not_read_without_end(port: int, headers: bytes) -> None:
    assert told(port, HEAD + headers + b"\r\n").startswith(b"HTTP/1.1 431")


def test_a_socket_on_which_nothing_is_asked_ends(port: int) -> None:
    answer = told(port, HANDSHAKE)
    assert answer.startswith(b"HTTP/1.1 101")
    assert b'"code":"idle"' in answer
    assert answer.endswith((4408).to_bytes(2))
