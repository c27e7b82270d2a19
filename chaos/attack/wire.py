"""HTTP/1.1 and WebSocket by hand: whatever goes over the wire, finished or not, at little cost."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LONGEST_HEAD = 1 << 20
BODILESS = (101, 204, 304)
UPGRADE = (
    b"GET /ws/v1 HTTP/1.1\r\nHost: %b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: holobase.v1\r\n\r\n"
)


class ClosedError(ConnectionError):
    """The server ended the connection instead of answering."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and the local address to come from."""

    url: str
    local: str

    @property
    def host(self) -> bytes:
        """Return what goes into the `Host` header."""
        return urlsplit(self.url).netloc.encode()

    def request(
        self, method: str, path: str, *, body: bytes = b"", kind: str = "", token: str = ""
    ) -> bytes:
        """Write a whole request."""
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: " + self.host]
        if kind:
            lines += [f"Content-Type: {kind}".encode(), b"Content-Length: %d" % len(body)]
        if token:
            lines.append(f"Authorization: Bearer {token}".encode())
        return b"\r\n".join([*lines, b"", body])


class Connection:
    """One connection, which answers come back on in order."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def opened(cls, address: Address) -> Self:
        """Connect."""
        target = urlsplit(address.url)
        reader, writer = await asyncio.open_connection(
            target.hostname, target.port, local_addr=(address.local, 0), limit=LONGEST_HEAD
        )
        return cls(reader, writer)

    def close(self) -> None:
        """Let go of the connection, whatever is still on its way."""
        self.writer.transport.abort()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request and return status and body; raises ClosedError."""
        await self.push(request)
        return await self.answer()

    async def push(self, data: bytes) -> None:
        """Send some bytes; raises ClosedError."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError as error:
            raise ClosedError from error

    async def answer(self) -> tuple[int, bytes]:
        """Wait for an answer and return its status and body; raises ClosedError."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            return status, b"" if status in BODILESS else await self._body(head)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise ClosedError from error

    async def _body(self, head: bytes) -> bytes:
        length = LENGTH.search(head)
        if length:
            return await self.reader.readexactly(int(length[1]))
        is_chunked = b"chunked" in head.lower()
        return await self.reader.readuntil(b"0\r\n\r\n") if is_chunked else b""

    async def become_websocket(self, address: Address) -> None:
        """Ask for a WebSocket; raises ClosedError where there is none to have."""
        status, _body = await self.ask(UPGRADE % address.host)
        if status != 101:
            raise ClosedError(status)

    async def end(self) -> None:
        """Read and drop whatever comes until the server ends the connection."""
        with suppress(OSError):
            while await self.reader.read(65_536):
                pass


def frame(payload: bytes, *, opcode: int = 1, is_last: bool = True) -> bytes:
    """Write a client's WebSocket frame (RFC 6455, 5.2), masked with zeros."""
    first, size = opcode | (0x80 if is_last else 0), len(payload)
    if size < 126:
        head = bytes([first, 0x80 | size])
    elif size < 65_536:
        head = bytes([first, 0x80 | 126]) + size.to_bytes(2)
    else:
        head = bytes([first, 0x80 | 127]) + size.to_bytes(8)
    return head + bytes(4) + payload
