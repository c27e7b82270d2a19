"""Limits on how often an actor may ask, counted in the shared cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache as remembered
from time import time
from typing import TYPE_CHECKING, override

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from resources.errors import Problem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.views import APIView

UNLIMITED = "off"
PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int


@remembered
def read_rate(text: str) -> Rate | None:
    """Read a rate such as `120/min` or `30/hour`; None for `off`. Raises ValueError."""
    if text == UNLIMITED:
        return None
    requests, _slash, period = text.partition("/")
    if period[:1] not in PERIODS:
        raise ValueError(f"{text!r} is no rate such as 120/min, nor “off”")
    return Rate(int(requests), PERIODS[period[:1]])


def require_room(scope: str, who: str, text: str = "") -> dict[str, str]:
    """Count a request of somebody and give the `RateLimit-*` headers that tell how it stands.

    The rate is `text`, else `settings.THROTTLE_RATES[scope]`. One counter a window is all that is
    kept in the cache, so counting costs the same at any rate and is right across processes.
    Raises Problem 429 when there is no room left
    (headers: draft-ietf-httpapi-ratelimit-headers-03).
    """
    rate = read_rate(text or settings.THROTTLE_RATES[scope])
    if rate is None:
        return {}
    now = time()
    key = f"throttle:{scope}:{who}:{int(now // rate.seconds)}"
    cache.add(key, 0, rate.seconds)
    count = cache.incr(key)
    reset = str(int(rate.seconds - now % rate.seconds) + 1)
    headers = {
        "RateLimit-Limit": str(rate.requests),
        "RateLimit-Remaining": str(max(0, rate.requests - count)),
        "RateLimit-Reset": reset,
    }
    if count > rate.requests:
        detail = _("That was too often. Try again later.")
        raise Problem(429, "throttled", detail, headers={**headers, "Retry-After": reset})
    return headers


class AddressThrottle(BaseThrottle):
    """Counts requests of callers without an account by their address, under one scope."""

    scope = "auth"

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        headers = require_room(self.scope, str(self.get_ident(request)))
        request._request.META["holobase.ratelimit"] = headers
        return True


def with_limits(response: HttpResponseBase, request: HttpRequest) -> HttpResponseBase:
    """Add the `RateLimit-*` headers that a throttle left on the request."""
    for name, value in request.META.get("holobase.ratelimit", {}).items():
        response[name] = value
    return response
