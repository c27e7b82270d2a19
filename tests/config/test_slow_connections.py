"""Connections to a real server that send nothing, too little, too slowly or too much."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from websockets.sync.client import connect

from server.http_server import listening_socket
from tests.realtime.test_shutdown import HANDSHAKE, Process

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.embedded

PATIENCE = 40
HEAD = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SUBSCRIBE = json.dumps({"type": "subscribe", "ref": "1", "topic": "cards"}).encode()
MANY_HEADERS = b"".join(b"X-%d: 1\r\n" % number for number in range(150))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a server with short deadlines; returns its port."""
    folder = tmp_path_factory.mktemp("slow")
    short = dict.fromkeys(("HEADER_SECONDS", "BODY_SECONDS", "REALTIME_IDLE_SECONDS"), "1")
    with Process(folder, "all", **short) as process:
        yield process.port


def told(port: int, sent: bytes) -> bytes:
    """Send something and nothing more; returns what is answered until the server hangs up."""
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


def test_what_is_no_request_is_told_in_the_form_of_all_errors(port: int) -> None:
    head, _, body = told(port, b"GET /api/v1/cards HTTP/1.1\r\nno header\r\n\r\n").partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.1 400")
    assert b"\r\ncontent-type: application/problem+json\r\n" in head
    assert json.loads(body)["code"] == "malformed"


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [(b"1.1", 0, b"400"), (b"1.1", 1, b"200"), (b"1.1", 2, b"400"), (b"1.0", 0, b"200")],
)
def test_a_request_names_one_host(port: int, version: bytes, hosts: int, status: bytes) -> None:
    """Who sends two may mean one by the proxy in front, and another by the server behind it."""
    headers = b"Host: localhost\r\n" * hosts + b"Connection: close\r\n\r\n"
    answer = told(port, b"GET /api/v1/cards HTTP/%b\r\n" % version + headers)
    assert answer.split()[1] == status


def test_an_address_that_is_not_encoded_is_told_what_it_lacks(port: int) -> None:
    raw, encoded = "/api/v1/cards?search=용", "/api/v1/cards?search=%EC%9A%A9"
    last = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    refused = told(port, f"GET {raw}{last}".encode())
    assert refused.startswith(b"HTTP/1.1 400")
    assert b"percent-encode what is not ASCII" in refused
    assert told(port, f"GET {encoded}{last}".encode()).startswith(b"HTTP/1.1 200")


def test_requests_may_wait_for_the_answers_before_them_but_not_without_end(port: int) -> None:
    request = b"GET /api/v1/cards?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert told(port, request * 5 + last).count(b"HTTP/1.1 200") == 6
    assert told(port, request * 500).startswith(b"HTTP/1.1 400")


def test_a_body_that_nobody_reads_ends_its_connection(port: int) -> None:
    """The next request would stand behind it."""
    unread = b"POST /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n{"
    assert told(port, unread).count(b"HTTP/1.1 ") == 1


def test_whoever_vanishes_without_a_word_is_asked_for() -> None:
    with (
        listening_socket("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        accepted, _address = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_socket_on_which_nothing_is_asked_ends(port: int) -> None:
    answer = told(port, HANDSHAKE)
    assert answer.startswith(b"HTTP/1.1 101")
    assert b'"code":"idle"' in answer
    assert answer.endswith((4408).to_bytes(2))


def frame(payload: bytes, head: int) -> bytes:
    """Write the frame of a client, masked with zeros (RFC 6455, 5.2)."""
    return bytes([head, 0xFF]) + len(payload).to_bytes(8) + bytes(4) + payload


@pytest.mark.parametrize("pieces", [1, 40])
def test_a_message_that_is_never_whole_ends(port: int, pieces: int) -> None:
    """As one frame that says it is larger than it is, or as fragments without a last one."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(HANDSHAKE)
        read_until(b"\r\n\r\n", line)
        line.sendall(frame(SUBSCRIBE, 0x81))
        read_until(b"subscribed", line)
        if pieces == 1:
            line.sendall(frame(b"x" * 1_000_000, 0x81)[:-100_000])
        else:
            line.sendall(frame(b"x" * 25_000, 0x01) + frame(b"x" * 25_000, 0x00) * (pieces - 1))
        assert is_hung_up(line)


def read_until(word: bytes, line: socket.socket) -> None:
    """Read until a word has come."""
    read = b""
    while word not in read:
        piece = line.recv(65_536)
        assert piece, read
        read += piece


def is_hung_up(line: socket.socket) -> bool:
    """Wait for the end of a connection."""
    try:
        while line.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_whole_messages_may_go_on_for_ever(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/ws/v1") as live:
        live.send(SUBSCRIBE.decode())
        assert json.loads(live.recv(PATIENCE))["type"] == "subscribed"
        for number in range(40):
            live.send(json.dumps({"type": "ping", "ref": str(number) + "é" * 10_000}))
            assert json.loads(live.recv(PATIENCE))["type"] == "pong"
