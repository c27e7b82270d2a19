"""A connection that a subscriber listens on: frames, each with the cursor to resume from."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

if TYPE_CHECKING:
    from chaos.faults.mirror import Interest
    from resources.json_text import JsonObject

OPEN_SECONDS = 60


class SocketWire:
    """A WebSocket with one subscription."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def open(cls, address: str, interest: Interest, since: str) -> SocketWire:
        """Connect, sign in and subscribe; raises OSError and the like when that fails."""
        offered = [Subprotocol("holobase.v1")]
        if interest.token:
            offered.append(Subprotocol(f"bearer.{interest.token}"))
        socket = await connect(
            f"ws://{address}/ws/v1",
            subprotocols=offered,
            open_timeout=OPEN_SECONDS,
            ping_interval=None,
            compression=None,
            max_queue=None,
        )
        asked = {"filter": interest.filter, "fields": interest.fields, "since": since}
        wanted = {name: str(value) for name, value in asked.items() if value not in ("", None)}
        await socket.send(
            json.dumps({"type": "subscribe", "ref": "1", "topic": interest.topic, **wanted})
        )
        return cls(socket)

    async def next(self) -> JsonObject:
        """Wait for the next frame."""
        frame: JsonObject = json.loads(await self.socket.recv())
        return frame

    def cut(self) -> None:
        """Break the connection without a word."""
        self.socket.transport.abort()


class StreamWire:
    """Server-sent events, resumed as browsers do: by the last `id` that came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, address: str, interest: Interest, since: str) -> StreamWire:
        """Ask for the stream; raises OSError and the like when that fails."""
        host, _colon, port = address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        asked = {"topic": interest.topic, "filter": interest.filter, "fields": interest.fields}
        query = urlencode({name: value for name, value in asked.items() if value})
        lines = [f"GET /api/v1/events?{query} HTTP/1.1", f"Host: {address}"]
        if interest.token:
            lines.append(f"Authorization: Bearer {interest.token}")
        if since:
            lines.append(f"Last-Event-ID: {since}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        wire = cls(reader, writer)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), OPEN_SECONDS)
        if b" 200 " not in head.splitlines()[0]:
            wire.cut()
            raise ConnectionError(head.decode())
        return wire

    async def next(self) -> JsonObject:
        """Wait for the next frame; `id` is the stream's own."""
        told: dict[str, str] = {}
        while True:
            line = (await self.reader.readuntil(b"\n")).decode().rstrip("\r\n")
            name, _colon, value = line.partition(": ")
            if name in ("id", "event", "data"):
                told[name] = value
            elif not line and "data" in told:
                frame: JsonObject = json.loads(told["data"])
                return frame | ({"stream_id": told["id"]} if "id" in told else {})

    def cut(self) -> None:
        """Break the connection without a word."""
        self.writer.transport.abort()


type Wire = SocketWire | StreamWire


async def open_wire(address: str, interest: Interest, since: str) -> Wire:
    """Connect as the subscriber does."""
    kind: type[SocketWire | StreamWire] = StreamWire if interest.is_stream else SocketWire
    return await kind.open(address, interest, since)
