"""A TCP proxy that cuts connections when so many bytes have passed towards the server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from tests.servers import HOST

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 64 * 1024


class CuttingProxy:
    """Passes everything on to `target`; `on_bytes` hears how much has passed, and may cut.

    It runs in a thread of its own. A cut ends every connection at once, without a farewell.
    """

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.target = (HOST, 0)
        self.on_bytes = on_bytes
        self.passed = 0
        self.port = 0
        self.open: set[asyncio.StreamWriter] = set()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.is_over = asyncio.Event()
        self.is_ready = Event()
        self.thread = Thread(target=lambda: asyncio.run(self._run()), name="proxy", daemon=True)
        self.thread.start()
        self.is_ready.wait()

    @property
    def address(self) -> str:
        """Return where clients find it."""
        return f"http://{HOST}:{self.port}"

    def cut(self) -> None:
        """End every connection; called from the proxy's own thread."""
        for writer in list(self.open):
            writer.transport.abort()

    def stop(self) -> None:
        """End the proxy, and every connection; stopped already, this does nothing."""
        if self.loop and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.is_over.set)
        self.thread.join()

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self.is_ready.set()
        await self.is_over.wait()
        server.close()
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, back}
        try:
            with suppress(OSError):
                await asyncio.gather(self._pass(reader, back, 1), self._pass(there, writer, 0))
        finally:
            self.open -= {writer, back}
            writer.transport.abort()
            back.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, counted: int
    ) -> None:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
            if counted:
                self.passed += len(chunk)
                self.on_bytes(self.passed)
        if target.can_write_eof():
            target.write_eof()
