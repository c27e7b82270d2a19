"""Where a request comes from: the client's address, and the network that limits count it by.

One client is one network however its address is spelled. Logs and session lists keep the address.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest
    from rest_framework.request import Request

MOST_CACHED = 4_096
LONGEST_ADDRESS = 100
"""Characters of one proxy's entry: an IPv6 address with zone, port, quotes and `for=` has fewer."""
HOST_BITS = 64
"""One line gets a /64 at least (RFC 6177), and its devices choose addresses in it (RFC 8981)."""
NAT64 = IPv6Network("64:ff9b::/96")
FORWARDED_FOR = b"x-forwarded-for"


def client_address(peer: str, forwarded: str) -> str:
    """Return the address that a request came from, without port and in its standard spelling.

    `peer` is who opened the connection, `forwarded` the `X-Forwarded-For` header. Behind
    `settings.PROXIES` proxies it is the address that the outermost of them saw; what stands before
    it anyone could have written. An entry that is no address is passed over for the next inner one.
    """
    if settings.PROXIES and forwarded:
        entries = [entry for entry in forwarded.split(",") if entry.strip()]
        for entry in entries[-settings.PROXIES :]:
            if address := _read_entry(entry):
                return address
    return _read_entry(peer) or peer


def client_network(address: str) -> str:
    """Return what limits count an address as: an IPv4 address, or the /64 of an IPv6 address.

    Text that is no address is returned as it is: it comes from our own server, never a client.
    """
    return _network(address)


def is_trusted(address: str) -> bool:
    """Return whether an address asks for many others (`settings.TRUSTED_ADDRESSES`).

    Its reads are not counted, and one network's share of what is under way is no limit for it.
    """
    networks = settings.TRUSTED_ADDRESSES
    return bool(networks) and any(_is_in(address, network) for network in networks)


def limited_network(address: str) -> str:
    """Return the network whose share an address takes part in; empty for a trusted address."""
    return "" if is_trusted(address) else client_network(address)


def address_of_scope(scope: Mapping[str, Any]) -> str:
    """Return the client's address of an ASGI connection; empty for a Unix socket."""
    peer: str = scope["client"][0] if scope.get("client") else ""
    if not settings.PROXIES:
        return _read_entry(peer) or peer
    # Some proxies add a line of their own: together they are one list (RFC 9110, 5.3).
    lines = [value for name, value in scope["headers"] if name == FORWARDED_FOR]
    return client_address(peer, b",".join(lines).decode("latin-1"))


def address_of_request(request: HttpRequest | Request) -> str:
    """Return the client's address of a request of Django's."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return client_address(peer, request.META.get("HTTP_X_FORWARDED_FOR", ""))


@lru_cache(maxsize=MOST_CACHED)
def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    prefix = int(parsed) >> HOST_BITS << HOST_BITS
    return f"{IPv6Address(prefix)}/{128 - HOST_BITS}"


@lru_cache(maxsize=MOST_CACHED)
def _is_in(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_network(network)
    except ValueError:
        return False


def _read_entry(entry: str) -> str:
    """Read an address as proxies spell it; empty when it is none."""
    return _parsed(entry) if len(entry) <= LONGEST_ADDRESS else ""


@lru_cache(maxsize=MOST_CACHED)
def _parsed(entry: str) -> str:
    """Read `1.2.3.4`, `1.2.3.4:5678`, `[::1]:80`, `::1%eth0` or `for="[::1]:80";proto=https`."""
    text = entry.strip().split(";")[0].strip()
    text = text[4:] if text[:4].lower() == "for=" else text
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(_unmapped(ip_address(text.partition("%")[0])))
    except ValueError:
        return ""


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for, if it does.

    Mapped (RFC 4291, 2.5.5.2), translated by NAT64 (RFC 6052) or tunnelled by 6to4 (RFC 3056),
    where a single IPv4 client has a whole /48.
    """
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
