"""How a subscriber of all cards comes in: WebSocket, and both servers' event streams, by hand."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    type Wire = Callable[[str, str], socket.socket]

PATIENCE = 60
SUBSCRIBE = b'{"type":"subscribe","ref":"1","topic":"cards"}'
UPGRADE = (
    "GET /ws/v1 HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: holobase.v1{bearer}\r\n\r\n"
)
STREAM = "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n{signed}\r\n"
SUBMIT = (
    "POST /api/realtime HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    "Content-Length: {length}\r\nConnection: close\r\n{signed}\r\n{body}"
)


def websocket(address: str, token: str) -> socket.socket:
    """Subscribe over Holobase's WebSocket; an empty token is a guest."""
    connection = _connected(address)
    bearer = f", bearer.{token}" if token else ""
    _ask(connection, UPGRADE.format(host=urlsplit(address).netloc, bearer=bearer), b"\r\n\r\n")
    # A final text frame, masked with zeros (RFC 6455 5.3): the payload stays as it is.
    connection.sendall(bytes([0x81, 0x80 | len(SUBSCRIBE), 0, 0, 0, 0]) + SUBSCRIBE)
    _await(connection, b'"subscribed"')
    return connection


def event_stream(address: str, token: str) -> socket.socket:
    """Subscribe over Holobase's server-sent events."""
    connection = _connected(address)
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    path = "/api/v1/events?topic=cards"
    head = STREAM.format(path=path, host=urlsplit(address).netloc, signed=signed)
    _ask(connection, head, b"subscribed")
    return connection


def pocketbase_stream(address: str, token: str) -> socket.socket:
    """Subscribe over PocketBase's server-sent events: a stream, then a POST with its id."""
    connection, host = _connected(address), urlsplit(address).netloc
    head = STREAM.format(path="/api/realtime", host=host, signed="")
    greeting = _ask(connection, head, b'"}\n\n')
    client = greeting.split(b'"clientId":"')[1].split(b'"')[0].decode()
    body = json.dumps({"clientId": client, "subscriptions": ["cards/*"]})
    signed = f"Authorization: {token}\r\n" if token else ""
    with _connected(address) as other:
        words = SUBMIT.format(host=host, length=len(body), signed=signed, body=body)
        if b" 204 " not in _ask(other, words, b"\r\n\r\n"):
            raise ConnectionError("PocketBase took no subscription")
    return connection


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _ask(connection: socket.socket, words: str, until: bytes) -> bytes:
    connection.sendall(words.encode())
    return _await(connection, until)


def _await(connection: socket.socket, until: bytes) -> bytes:
    read = b""
    while until not in read:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError(read.decode(errors="replace"))
        read += chunk
    return read
