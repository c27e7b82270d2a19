"""Which requests are for this server as its operator has set it up; Django answers the others."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.http.request import split_domain_port, validate_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.asgi_types import Scope

LONGEST_HOST = 300
"""Letters of a host and its port: a domain has 253 at most (RFC 1035, 2.3.4)."""
MOST_HOSTS = 64
"""Of so many hosts it is known whether they are allowed."""


def is_addressed_here(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request names an allowed host, and came by TLS where that is a must."""
    if settings.SECURE_SSL_REDIRECT and _scheme(scope, headers) != "https":
        return False
    host = headers.get(b"host", b"")
    return len(host) <= LONGEST_HOST and _is_allowed(host)


def _scheme(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    """Return `https` or `http`, as the proxy in front saw it if there is one."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return "https" if headers.get(b"x-forwarded-proto") == b"https" else "http"
    return str(scope.get("scheme", "http"))


@lru_cache(MOST_HOSTS)
def _is_allowed(host: bytes) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
