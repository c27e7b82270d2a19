"""From where somebody calls: what is remembered of a request with a session or an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.api import client_network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 120
# The first that occurs in a User-Agent header counts: many browsers name others as well.
BROWSERS: Sequence[tuple[str, str]] = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Sequence[tuple[str, str]] = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A network address and the name of a device, such as “Firefox on Linux”."""

    address: str = ""
    device: str = ""

    @property
    def network(self) -> str:
        """Return what limits and known places count the address as."""
        return client_network(self.address)


NOWHERE = Caller()


def caller_of(meta: Mapping[str, object], address: str) -> Caller:
    """Read a caller from a request's headers in WSGI's spelling."""
    return Caller(address, device_name(str(meta.get("HTTP_USER_AGENT", ""))))


def device_name(user_agent: str) -> str:
    """Name a device by its `User-Agent` (RFC 9110, 10.1.5), or quote what is no browser."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    printable = "".join(letter for letter in user_agent if letter.isprintable())
    return printable[:LONGEST]


def _first(table: Sequence[tuple[str, str]], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")
