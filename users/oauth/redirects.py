"""Where apps may be sent back to (RFC 9700, 2.1 and 4.1; RFC 8252, 7)."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from django.conf import settings

# Only characters that all readers of an address agree about: no backslash, space, fragment, and
# nothing that a browser drops or turns into something else.
PLAIN = re.compile(r"[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]{1,2000}")
CLIMBS = re.compile(r"/\.{1,2}(?:/|$)|%(?:2e|2f|5c)", re.IGNORECASE)
LOOPBACK_PORT = re.compile(r"^(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(?=/)")


def is_allowed(address: str) -> bool:
    """Return whether an app may be sent back to an address.

    Addresses are compared as text, so that there is no reader to trick: equal to an entry of
    `settings.OAUTH_REDIRECTS`, or beginning with one that ends in a slash. Programs on a desktop
    listen on any port of the loopback interface (RFC 8252, 7.3).
    """
    if not PLAIN.fullmatch(address) or CLIMBS.search(address.partition("?")[0]):
        return False
    spellings = (address, LOOPBACK_PORT.sub(r"\1", address))
    return any(
        _matches(spelling, entry) for entry in settings.OAUTH_REDIRECTS for spelling in spellings
    )


def with_parameters(address: str, parameters: dict[str, str]) -> str:
    """Add query parameters to an address, keeping those it has (RFC 6749, 3.1.2)."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"


def web_origin(address: str) -> str:
    """Return the origin of a page (RFC 6454); empty for an app's own scheme."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""


def _matches(address: str, entry: str) -> bool:
    return address.startswith(entry) if entry.endswith("/") else address == entry
