"""Addresses of files, plain or signed: a signed one lets whoever has it fetch the file for a while.

    /files/pictures/<digest>-<id>.png?expires=1796000400&signature=<43 characters>

The signature is HMAC-SHA256 (RFC 2104) over the key, what of it may be fetched (`scope`: one
transform, or `*` for any) and the end of its time, under a key derived from the newest of
`SEALING_KEYS`. Time passes in windows of an hour: an address is the same for whoever asks in one
window, so that browsers and caches can keep what is behind it, and holds to the end of the next.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from secrets import token_hex
from time import time
from typing import TYPE_CHECKING

from django.conf import settings

from files.keys import KEY
from resources.api import complete_by, derived_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW_SECONDS = 3600
ANY_TRANSFORM, NO_TRANSFORM = "*", ""
PURPOSE = "addresses of files"
MARK = f"~{token_hex(16)}~"
"""What stands in a plan before a key whose address is to be signed; nobody can know it."""
MARKED = re.compile(rf"{MARK}({KEY})(\??)")
LONGEST_TIME = 12
MOST_SIGNATURES = 4096
"""Signatures that are kept: a record repeats those of its pictures, and shows them for an hour."""


def plain_address(key: str) -> str:
    """Return the address of a file as long as anyone may fetch it."""
    return f"{settings.FILES_URL}{key}"


def signed_address(key: str, scope: str = ANY_TRANSFORM) -> str:
    """Return the address by which anyone may fetch a file until the end of the next window."""
    expires = (int(time()) // WINDOW_SECONDS + 2) * WINDOW_SECONDS
    signature = _signature(derived_keys(PURPOSE)[0], key, scope, expires)
    return f"{plain_address(key)}?expires={expires}&signature={signature}"


def expiry(key: str, query: Mapping[str, str], transform: str = NO_TRANSFORM) -> int | None:
    """Return until when (Unix time) an address is good for a transform of a file, None if it isn't.

    `query` are the parameters of the address, `transform` what it asks for in its canonical form.
    """
    signature, written = query.get("signature", ""), query.get("expires", "")
    is_number = written.isascii() and written.isdigit() and len(written) <= LONGEST_TIME
    if not signature.isascii() or not is_number or int(written) <= time():
        return None
    expires = int(written)
    expected = [
        _signature(secret, key, scope, expires)
        for secret in derived_keys(PURPOSE)
        for scope in {ANY_TRANSFORM, transform}
    ]
    return expires if any(hmac.compare_digest(signature, each) for each in expected) else None


@lru_cache(maxsize=MOST_SIGNATURES)
def _signature(secret: bytes, key: str, scope: str, expires: int) -> str:
    signed = f"{key}\n{scope}\n{expires}".encode()
    return urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).decode().rstrip("=")


def _signed_in_place(document: str) -> str:
    """Sign the marked addresses in JSON, which may go on with a query of their own."""
    return MARKED.sub(_signed_match, document)


def _signed_match(match: re.Match[str]) -> str:
    key, has_query = match.groups()
    return signed_address(key) + ("&" if has_query else "")


complete_by(MARK, _signed_in_place)
