"""Sends stored bytes as fast as a client takes them, and holds no thread while it waits.

Each piece is read in one of a few threads.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.conf import settings

from files.serving.metrics import SENT_FROM_STORAGE
from server.waiting import client_gone

if TYPE_CHECKING:
    from files.serving.answers import StoredBytesResponse
    from realtime.asgi_types import Receive, Send

LEAST_PIECE, MOST_PIECE = 16 * 1024, 512 * 1024
"""Bytes that are read at once: few for a slow client, whom they wait for in memory."""
SLICE = 64 * 1024
"""Bytes of one message, of which the server keeps one or two for a client that takes none."""
QUICK_SECONDS, SLOW_SECONDS = 0.1, 1.0
STALL_SECONDS = 120.0
"""Seconds after which a client that takes nothing at all is cut off."""


class StoredFileSender:
    """Sends the bodies of answers about stored bytes, for one event loop."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(settings.FILE_THREADS, "files")

    async def send_body(self, response: StoredBytesResponse, receive: Receive, send: Send) -> None:
        """Send the body of an answer whose headers are sent, until the client goes away.

        Raises what reading raises, or TimeoutError for a client that takes nothing: the connection
        is cut off then, as less has come than was announced.
        """
        piece = response.first_piece
        if len(piece) == response.extent.length:
            await send({"type": "http.response.body", "body": piece})
            SENT_FROM_STORAGE.inc(len(piece))
            return
        gone = asyncio.create_task(client_gone(receive))
        try:
            await self._send_pieces(response, send, gone)
        finally:
            gone.cancel()

    async def _send_pieces(
        self, response: StoredBytesResponse, send: Send, gone: asyncio.Task[None]
    ) -> None:
        loop = asyncio.get_running_loop()
        piece, size = response.first_piece, len(response.first_piece)
        at, end = response.extent.first, response.extent.last + 1
        while True:
            at += len(piece)
            started = loop.time()
            for start in range(0, len(piece), SLICE):
                part = piece[start : start + SLICE]
                is_more = at < end or start + SLICE < len(piece)
                async with asyncio.timeout(STALL_SECONDS):
                    await send({"type": "http.response.body", "body": part, "more_body": is_more})
                if gone.done():
                    return
                SENT_FROM_STORAGE.inc(len(part))
            if at >= end:
                return
            size = _next_size(size, loop.time() - started)
            read = response.source.read
            piece = await loop.run_in_executor(self.threads, read, at, min(size, end - at))
            if not piece:
                raise EOFError(f"{end - at} bytes are missing")


def _next_size(size: int, seconds: float) -> int:
    """Return how many bytes to read next, after a client took `size` in so many seconds."""
    if seconds < QUICK_SECONDS:
        return min(2 * size, MOST_PIECE)
    return max(LEAST_PIECE, size // 4) if seconds > SLOW_SECONDS else size
