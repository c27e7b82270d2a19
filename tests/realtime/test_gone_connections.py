"""What was kept of a client that has gone goes at once, not when garbage is collected."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING
from weakref import ref

import pytest

from chaos.attack.wire import UPGRADE, frame
from realtime.connections import connections
from server.app import application
from server.http_server import MOST_MESSAGE_BYTES, server_of
from server.protocols import HttpConnection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from weakref import ReferenceType

    from realtime.asgi_types import ASGIApp

pytestmark = pytest.mark.embedded

TOO_LARGE = frame(b"x" * (MOST_MESSAGE_BYTES + 1))
UNFINISHED = frame(b"x" * 1_000)[:-1]
GARBLED = b"\xff" * 20
PING = frame(b'{"type":"ping"}')


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "sent",
    [b"", PING, UNFINISHED, TOO_LARGE, GARBLED],
    ids=["nothing", "ping", "unfinished", "too large", "garbled"],
)
def test_a_websocket_that_has_gone_leaves_nothing(sent: bytes) -> None:
    asyncio.run(_come_and_go(sent))


async def _come_and_go(sent: bytes) -> None:
    app: ASGIApp = application
    server = server_of(app, patience=1)
    server.config.load()
    state = server.server_state
    held: list[ReferenceType[object]] = []

    def connection() -> HttpConnection:
        made = HttpConnection(config=server.config, server_state=state, app_state={})
        held.append(ref(made))
        return made

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(connection, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    writer.write(UPGRADE % b"localhost")
    await reader.readuntil(b"\r\n\r\n")
    held += [ref(kept) for kept in (*state.connections, *connections().holders)]
    assert len(held) == 3, "the connection in both its forms, and who listens"
    writer.write(sent)
    await asyncio.sleep(0.05)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while state.connections or state.tasks or connections().holders:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # the last tasks end
    listener.close()
    assert not [kept() for kept in held if kept() is not None]
