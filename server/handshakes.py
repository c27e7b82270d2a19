"""The opening handshake of a WebSocket (RFC 6455, 4.2) where it is plain, as nearly always.

HTTP's parser has read it already; `websockets` would read it once more. Whatever is not plain is
left to it, which knows how to refuse.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha1
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    type Headers = Iterable[tuple[bytes, bytes]]

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = re.compile(rb"[0-9A-Za-z+/]{21}[AQgw]==")
"""Base64 of 16 bytes."""
TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
TOKENS = re.compile(rb"%b(?:[ \t]*,[ \t]*%b)*" % (TOKEN, TOKEN))
BODIES = {b"content-length", b"transfer-encoding"}
SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


def plain_headers(headers: Headers) -> Mapping[bytes, bytes] | None:
    """Return the headers of a handshake by name; None if it is not plain.

    That it asks for an upgrade has been seen.
    """
    listed = list(headers)
    found = dict(listed)
    is_plain = (
        len(found) == len(listed)
        and found.get(b"sec-websocket-version") == b"13"
        and KEY.fullmatch(found.get(b"sec-websocket-key", b""))
        and TOKENS.fullmatch(found.get(b"sec-websocket-protocol", b"-"))
        and BODIES.isdisjoint(found)
    )
    return found if is_plain else None


def subprotocols(headers: Mapping[bytes, bytes]) -> list[str]:
    """Return the subprotocols that a plain handshake offers, in order."""
    offered = headers.get(b"sec-websocket-protocol")
    return [one.strip() for one in offered.decode("ascii").split(",")] if offered else []


def acceptance(headers: Mapping[bytes, bytes], more: Headers) -> bytes:
    """Return the answer that opens the WebSocket of a plain handshake, with `more` headers."""
    digest = sha1(headers[b"sec-websocket-key"] + GUID, usedforsecurity=False).digest()
    named = [(b"Sec-WebSocket-Accept", b64encode(digest)), *more]
    lines = b"".join(b"%b: %b\r\n" % header for header in named)
    return SWITCHING + lines + b"\r\n"


def text_frame(text: str) -> bytes:
    """Return a server's message of text, in one frame (RFC 6455, 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return b"\x81\x7f" + size.to_bytes(8) + payload
