"""Handshakes and messages of WebSockets that are written here are as `websockets` has them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from server.handshakes import acceptance, plain_headers, subprotocols, text_frame
from server.http_server import server_of
from server.protocols import HttpConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.asgi_types import ASGIApp, Receive, Scope, Send

pytestmark = pytest.mark.embedded

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
PLAIN = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Protocol": "chat, bearer.e30.e30",
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
}
PATH = "GET /a%20room?x=1"
WHERE_TEXT = "/a room?b'x=1'"
WHERE = text_frame(WHERE_TEXT)
CLOSED = b"\x88\x02\x03\xe8"
CLOSE = Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True)
NOT_PLAIN: Mapping[str, Mapping[str, str | None]] = {
    "no key": {"Sec-WebSocket-Key": None},
    "a short key": {"Sec-WebSocket-Key": "c2hvcnQ="},
    "a key that is no base64": {"Sec-WebSocket-Key": "*" * 24},
    "an old version": {"Sec-WebSocket-Version": "8"},
    "no version": {"Sec-WebSocket-Version": None},
    "subprotocols that are no tokens": {"Sec-WebSocket-Protocol": "chat, (room)"},
}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept with the last subprotocol and a header, then say where the client is and what came."""
    await receive()
    offered = scope["subprotocols"]
    headers = [(b"x-here", b"yes")]
    subprotocol = offered[-1] if offered else None
    await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": headers})
    await send({"type": "websocket.send", "text": f"{scope['path']}?{scope['query_string']}"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


class Late:
    """An application that says something to a client that has gone."""

    failure: OSError | None = None

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Say something, wait until the client is gone, and go on."""
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": WHERE_TEXT})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        await asyncio.sleep(0.05)  # until the connection is down
        try:
            await send({"type": "websocket.send", "text": "Are you there?"})
        except OSError as failure:
            self.failure = failure


async def refusing(_scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse to open."""
    await receive()
    await send({"type": "websocket.close"})


def answered(
    app: ASGIApp,
    changed: Mapping[str, str | None],
    line: str = PATH,
    sent: bytes = b"",
    last: bytes = WHERE,
) -> bytes:
    """Send a changed handshake and, once it is open, more; returns all that is answered."""
    headers = {name: value for name, value in {**PLAIN, **changed}.items() if value is not None}
    lines = [f"{line} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return asyncio.run(exchanged(app, "\r\n".join([*lines, "", ""]).encode(), sent, last))


async def exchanged(app: ASGIApp, handshake: bytes, sent: bytes, last: bytes) -> bytes:
    """Serve one client, which closes the WebSocket when it has read what comes last."""
    server = server_of(app, patience=1)
    server.config.load()
    connection = partial(
        HttpConnection, config=server.config, server_state=server.server_state, app_state={}
    )
    listener = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    writer.write(handshake)
    async with asyncio.timeout(60):
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " in answer:
            writer.write(sent)
            answer += await reader.readuntil(last)
            writer.write(CLOSE)
        answer += await reader.read()
        writer.close()
        listener.close()
        await asyncio.gather(*server.server_state.tasks)
    return answer


def head_of(answer: bytes) -> set[str]:
    """Return the lines of an answer's head but for its date."""
    lines = answer.partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")
    return {line for line in lines if not line.startswith("date: ")}


def test_a_plain_handshake_is_answered_with_its_key_and_what_the_application_adds() -> None:
    assert head_of(answered(echo, {})) == {
        "http/1.1 101 switching protocols",
        "upgrade: websocket",
        "connection: upgrade",
        f"sec-websocket-accept: {accept_key(KEY).lower()}",
        "sec-websocket-protocol: bearer.e30.e30",
        "x-here: yes",
    }


def test_websockets_answers_one_with_a_repeated_header_alike() -> None:
    repeated = answered(echo, {"X-Repeated": "1\r\nX-Repeated: 2"})
    assert head_of(repeated) == head_of(answered(echo, {}))


def test_messages_go_both_ways_once_it_is_open() -> None:
    said, binary = "용 " * 100, b"\x82\x01\x00"
    frames = (Frame(Opcode.TEXT, said.encode()), Frame(Opcode.BINARY, b"\x00"))
    sent = b"".join(frame.serialize(mask=True) for frame in frames)
    answer = answered(echo, {}, sent=sent, last=binary)
    assert answer.partition(b"\r\n\r\n")[2] == WHERE + text_frame(said) + binary + CLOSED


@pytest.mark.parametrize("changed", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_opens_nothing(changed: Mapping[str, str | None]) -> None:
    named = {
        name.lower().encode(): value.encode()
        for name, value in {**PLAIN, **changed}.items()
        if value
    }
    assert plain_headers(named.items()) is None
    assert b" 101 " not in answered(echo, changed)


def test_a_handshake_with_a_body_is_not_plain() -> None:
    named = {name.lower().encode(): value.encode() for name, value in PLAIN.items()}
    assert plain_headers(named.items()) == named
    assert plain_headers([*named.items(), (b"content-length", b"3")]) is None


def test_only_get_opens_one() -> None:
    assert b" 101 " not in answered(echo, {}, "POST /")


def test_an_application_may_refuse_a_plain_handshake() -> None:
    assert (answered(refusing, {})).startswith(b"HTTP/1.1 403 ")


def test_an_application_is_told_that_a_client_has_gone() -> None:
    """As an OSError (ASGI, WebSocket 2.4)."""
    late = Late()
    assert b"there" not in answered(late, {})
    assert late.failure


def test_subprotocols_are_told_in_the_order_in_which_they_are_offered() -> None:
    assert subprotocols({b"sec-websocket-protocol": b"a ,b,\tc"}) == ["a", "b", "c"]
    assert subprotocols({}) == []


def test_the_key_is_answered_as_the_standard_shows() -> None:
    """The example of RFC 6455, 1.3."""
    answer = acceptance({b"sec-websocket-key": KEY.encode()}, [])
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" in answer


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_text_of_any_size_is_framed_as_websockets_frames_it(size: int) -> None:
    text = "x" * size
    assert text_frame(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
