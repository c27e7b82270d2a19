"""What a connection sends of an answer: one piece where that is all, else as it comes."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from server.http_server import server_of
from server.protocols import HttpConnection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pytest_django.fixtures import Settings

    from realtime.asgi_types import Message, Receive, Scope, Send

pytestmark = pytest.mark.embedded

PIECE = b"not all of it"


class Site:
    """An application that answers each path in another way, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_go_on = asyncio.Event()
        self.when_answered: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        self.asked.append(path)
        if path == "/known":
            await send(head(304, [(b"etag", b'"1"')]))
            await send({"type": "http.response.body"})
            return
        if path == "/stream":
            await send(head(200, [(b"content-length", b"%d" % (2 * len(PIECE)))]))
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await self.may_go_on.wait()
            await send({"type": "http.response.body", "body": PIECE})
            return
        body = path.encode()
        extra = {"/last": [(b"connection", b"close")], "/injected": [(b"x", b"a\r\nSet-Cookie: b")]}
        length = (b"content-length", b"%d" % len(body))
        await send(head(200, [length, *extra.get(path, [])]))
        await send({"type": "http.response.body", "body": b"" if is_head(scope) else body})
        self.when_answered()


def head(status: int, headers: Sequence[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def is_head(scope: Scope) -> bool:
    method: str = scope["method"]
    return method == "HEAD"


class Conversation:
    """A client's connection to a site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def __aenter__(self) -> Conversation:
        self.server = server = server_of(self.site, patience=1)
        server.config.load()
        connection = partial(
            HttpConnection, config=server.config, server_state=server.server_state, app_state={}
        )
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(connection, "127.0.0.1", 0)
        host, port = self.listener.sockets[0].getsockname()
        self.reader, self.writer = await asyncio.open_connection(host, port)
        return self

    async def __aexit__(self, *_failure: object) -> None:
        self.writer.close()
        self.listener.close()

    def send(self, *requests: str) -> None:
        """Send requests at once, each a method and a path."""
        heads = (f"{request} HTTP/1.1\r\nHost: localhost\r\n\r\n" for request in requests)
        self.writer.write("".join(heads).encode())

    async def head(self) -> str:
        """Read the head of an answer."""
        return (await self.reader.readuntil(b"\r\n\r\n")).decode()


def tell(story: Callable[[Conversation], Awaitable[None]]) -> None:
    """Run a story of one client and a site of its own."""

    async def run() -> None:
        async with Conversation(Site()) as client:
            await story(client)

    asyncio.run(run())


def test_requests_sent_at_once_are_answered_in_their_order() -> None:
    async def story(client: Conversation) -> None:
        client.send("GET /a", "HEAD /b", "GET /known", "GET /c")
        assert "content-length: 2" in await client.head()
        assert await client.reader.readexactly(2) == b"/a"
        assert "content-length: 2" in await client.head()
        assert (await client.head()).startswith("HTTP/1.1 304")
        told = await client.head()
        assert told.startswith("HTTP/1.1 200 OK\r\n")
        assert await client.reader.readexactly(2) == b"/c"
        assert client.site.asked == ["/a", "/b", "/known", "/c"]

    tell(story)


def test_a_piece_of_an_answer_does_not_wait_for_the_next() -> None:
    async def story(client: Conversation) -> None:
        client.send("GET /stream")
        await client.head()
        assert await client.reader.readexactly(len(PIECE)) == PIECE
        client.site.may_go_on.set()
        assert await client.reader.readexactly(len(PIECE)) == PIECE

    tell(story)


def test_a_connection_ends_when_nothing_is_asked_any_more_but_not_under_an_answer(
    settings: Settings,
) -> None:
    settings.HEADER_SECONDS = 0.05

    async def story(client: Conversation) -> None:
        client.send("GET /stream")
        await client.head()
        assert await client.reader.readexactly(len(PIECE)) == PIECE
        await asyncio.sleep(4 * settings.HEADER_SECONDS)
        client.site.may_go_on.set()
        assert await client.reader.readexactly(len(PIECE)) == PIECE
        assert await client.reader.read() == b""

    tell(story)


def test_an_answer_can_be_the_last_of_its_connection() -> None:
    async def story(client: Conversation) -> None:
        client.send("GET /last")
        assert "connection: close" in await client.head()
        assert await client.reader.read() == b"/last"

    tell(story)


def test_an_answer_is_sent_that_a_stop_of_the_server_comes_upon() -> None:
    async def story(client: Conversation) -> None:
        def stop() -> None:
            for connection in [*client.server.server_state.connections]:
                connection.shutdown()

        client.site.when_answered = stop
        client.send("GET /a")
        await client.head()
        assert await client.reader.read() == b"/a"

    tell(story)


def test_a_header_can_not_bring_in_another() -> None:
    async def story(client: Conversation) -> None:
        client.send("GET /injected")
        told = await client.head()
        assert told.startswith("HTTP/1.1 500")
        assert "Set-Cookie" not in told

    tell(story)


def test_what_is_refused_with_what_follows_it_is_not_begun() -> None:
    async def story(client: Conversation) -> None:
        client.send("POST /a")
        await client.head()
        assert await client.reader.readexactly(2) == b"/a"
        client.writer.write(b"POST /b HTTP/1.1\r\nHost: localhost\r\n\r\nwhat is this\r\n\r\n")
        assert (await client.head()).startswith("HTTP/1.1 400")
        assert client.site.asked == ["/a"]

    tell(story)
