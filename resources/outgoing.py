"""Sending a POST to an address that somebody else has chosen.

It must not become a way into the operator's own network (OWASP: server-side request forgery). A
name is resolved once, every address it has must be public, and the connection is made to one of
those that were checked: a name that resolves otherwise a moment later changes nothing. Redirects
are not followed, proxies of the environment not asked.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv6Address, ip_address
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

TIMEOUT = 10.0  # seconds, to connect and again to be answered
READ_AT_MOST = 4096
PORTS = {"http": 80, "https": 443}
GONE = 410


class UnfitTargetError(ValueError):
    """Nothing may be sent to this address; the message says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to: `status` is None when there was no answer."""

    status: int | None
    error: str
    duration: int

    @property
    def is_good(self) -> bool:
        """Return whether the receiver has taken the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Return whether the receiver wants no more messages."""
        return self.status == GONE


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send a POST, however it ends."""
    begin = monotonic()
    status, error = None, ""
    try:
        status = _posted(checked_url(url), body, headers)
    except (OSError, HTTPException, ValueError) as problem:
        error = f"{type(problem).__name__}: {problem}"
    seconds = monotonic() - begin
    if seconds >= TIMEOUT:
        # Cut off in its headers, an answer may look whole.
        status, error = None, f"no answer within {TIMEOUT:.0f} s"
    elif status is not None and not 200 <= status < 300:
        error = f"answered {status}"
    return Outcome(status, error[:300], int(seconds * 1000))


def checked_url(url: str) -> SplitResult:
    """Split an address that may be sent to, as far as it tells without asking for its name.

    Raises UnfitTargetError, or another ValueError for what is no address.
    """
    parts = urlsplit(url)
    allowed = {"https"} if settings.USE_TLS else {"http", "https"}
    if parts.scheme not in allowed or not parts.hostname or parts.port == 0:
        raise UnfitTargetError(f"only {' or '.join(sorted(allowed))} addresses are sent to")
    if parts.username is not None or parts.password is not None:
        raise UnfitTargetError("an address must not carry a password")
    if _is_ip(parts.hostname):
        _require_public(parts.hostname)
    return parts


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the public internet."""
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    is_local = isinstance(ip, IPv6Address) and ip.is_site_local
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or is_local)


def _require_public(address: str) -> None:
    if not (settings.WEBHOOK_ALLOW_PRIVATE or is_public(address)):
        raise UnfitTargetError(f"{address} is no address of the public internet")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _posted(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    """Connect to a checked address and post; returns the status of the answer."""
    connection = HTTPConnection(str(parts.hostname))
    with _opened(parts) as opened:
        # Each wait has a limit of its own; a trickle of bytes would renew it for ever.
        watch = Timer(TIMEOUT, _hang_up, [opened])
        watch.start()
        try:
            if isinstance(opened, ssl.SSLSocket):
                opened.do_handshake()
            connection.sock = opened
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {**headers, "Host": _host_header(parts)})
            answer = connection.getresponse()
            answer.read(READ_AT_MOST)
        finally:
            watch.cancel()
            connection.close()
    return answer.status


def _opened(parts: SplitResult) -> socket.socket:
    host = str(parts.hostname)
    opened = _connected(host, parts.port or PORTS[parts.scheme])
    if parts.scheme == "http":
        return opened
    context = ssl.create_default_context()
    return context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)


def _connected(host: str, port: int) -> socket.socket:
    """Connect to the first of a name's addresses that answers; raises UnfitTargetError, OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for *_kind, place in found:
        _require_public(str(place[0]))
    failure = OSError("the name has no address")
    for family, kind, protocol, _name, place in found:
        opened = socket.socket(family, kind, protocol)
        opened.settimeout(TIMEOUT / len(found))
        try:
            opened.connect(place)
        except OSError as error:
            failure = error
            opened.close()
        else:
            opened.settimeout(TIMEOUT)
            return opened
    raise failure


def _hang_up(opened: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _host_header(parts: SplitResult) -> str:
    """Name the host as the address does (RFC 9110, 7.2), in ASCII."""
    host = str(parts.hostname)
    shown = f"[{host}]" if ":" in host else host.encode("idna").decode()
    return f"{shown}:{parts.port}" if parts.port else shown
