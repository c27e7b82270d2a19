"""Which requests are for this server as its operator has set it up; Django answers the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from resources.byte_cache import byte_cached

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtime.asgi_types import Scope

HOST_BYTES = 256 * 1024
"""Memory for the hosts that headers have named."""


def is_addressed_here(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request names an allowed host, and came by TLS where that is a must."""
    if settings.SECURE_SSL_REDIRECT and _scheme(scope, headers) != "https":
        return False
    return _is_allowed(headers.get(b"host", b"").decode("latin-1"))


def _scheme(scope: Scope, headers: Mapping[bytes, bytes]) -> str:
    """Return `https` or `http`, as the proxy in front saw it if there is one."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return "https" if headers.get(b"x-forwarded-proto") == b"https" else "http"
    return str(scope.get("scheme", "http"))


@byte_cached(HOST_BYTES, lambda host: 2 * len(host))
def _is_allowed(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
