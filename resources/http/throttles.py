"""Limits on how often an actor may ask, counted in the shared cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache as remembered
from time import time
from typing import TYPE_CHECKING, override

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext as _
from rest_framework.throttling import BaseThrottle

from resources.byte_cache import ByteCache
from resources.errors import Problem
from resources.event_loop import MustRunInThread, is_in_event_loop
from resources.http.client_networks import address_of_request, client_network, is_trusted

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from resources.actors import Actor

UNLIMITED = "off"
SHARED_BY = 5
PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Quota:
    """How much somebody has left in this window, which begins anew in `reset` seconds."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Return the quota as `RateLimit-*` headers."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.remaining)),
            "RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """A counter of the cache, the requests it has quota for, and the seconds until the next one."""

    key: str
    requests: int
    seconds: int
    reset: int


FULL_BYTES = 1024 * 1024
_full: ByteCache[bool] = ByteCache(FULL_BYTES)
"""The windows without quota. Counters only grow, so they stay full until they end: nobody needs to
count again what is refused anyway."""


@remembered
def read_rate(text: str) -> Rate | None:
    """Read a rate such as `120/min` or `30/hour`; None for `off`. Raises ValueError."""
    if text == UNLIMITED:
        return None
    requests, _slash, period = text.partition("/")
    if period[:1] not in PERIODS:
        raise ValueError(f"{text!r} is no rate such as 120/min, nor “off”")
    return Rate(int(requests), PERIODS[period[:1]])


def consume_quota(
    scope: str, *who: str, rate: str = "", cost: int = 1, trust: int = 0
) -> dict[str, str]:
    """Count a request and return the `RateLimit-*` headers that tell how it stands.

    The first of `who` is the one who asks; the others, such as a network address, are shared with
    `SHARED_BY` people and have quota for as many. The rate is `rate`, else
    `settings.THROTTLE_RATES[scope]`; `cost` is how many requests this one counts as, and each level
    of `trust` gives the quota once more. One counter a window is all that is kept in the cache, so
    counting costs the same at any rate and is right across processes. Raises Problem 429 when there
    is no quota left (headers: draft-ietf-httpapi-ratelimit-headers-03), MustRunInThread where
    counting would keep an event loop waiting.
    """
    limit = read_rate(rate or settings.THROTTLE_RATES[scope])
    if limit is None:
        return {}
    windows = [
        _window(f"{scope}:{name}", limit, _times(number, trust))
        for number, name in enumerate(dict.fromkeys(who))
    ]
    _require_not_full(windows[0])
    if is_in_event_loop() and not _is_counted_here():
        raise MustRunInThread
    quota = min((_consumed(window, cost) for window in windows), key=lambda quota: quota.remaining)
    if quota.remaining < 0:
        raise _throttled(quota)
    return quota.headers()


def require_not_full(scope: str, name: str) -> None:
    """Raise Problem 429 when this process knows that `consume_quota` would; counts nothing."""
    limit = read_rate(settings.THROTTLE_RATES[scope])
    if limit is not None:
        _require_not_full(_window(f"{scope}:{name}", limit, 1))


def consume_points(actor: Actor, address: str, points: int) -> dict[str, str]:
    """Count the points of a costly read, unless from a trusted address; as `consume_quota`."""
    if is_trusted(address):
        return {}
    who = rate_limit_keys(actor, address)
    return consume_quota("read", *who, cost=points, trust=actor.trust_level)


@remembered
def _is_counted_here() -> bool:
    """Return whether the counters are in this process, or as quick to ask."""
    cache = caches["default"]
    return isinstance(cache, LocMemCache) or getattr(cache, "counts_quickly", False)


def rate_limit_keys(actor: Actor, address: str) -> tuple[str, ...]:
    """Return whom a request of an actor is counted by: the member, then the client's network."""
    network = client_network(address)
    return (str(actor.id), network) if actor.id else (network,)


def forget_full_windows() -> None:
    """Forget which windows are full, as nothing needs to but a test that empties the cache."""
    _full.clear()


def _window(name: str, limit: Rate, times: int) -> Window:
    now = time()
    key = f"throttle:{name}:{int(now // limit.seconds)}"
    reset = int(limit.seconds - now % limit.seconds) + 1
    return Window(key, limit.requests * times, limit.seconds, reset)


def _require_not_full(window: Window) -> None:
    if _full.get((window.key, window.requests)):
        raise _throttled(Quota(window.requests, -1, window.reset))


def _consumed(window: Window, cost: int) -> Quota:
    cache.add(window.key, 0, window.seconds)
    used = cache.incr(window.key, cost)
    if used > window.requests:
        _full.put((window.key, window.requests), True, len(window.key))
    return Quota(window.requests, window.requests - used, window.reset)


def _throttled(quota: Quota) -> Problem:
    detail = _("That was too often. Try again later.")
    headers = {**quota.headers(), "Retry-After": str(quota.reset)}
    return Problem(429, "throttled", detail, headers=headers)


def _times(number: int, trust: int) -> int:
    """Return how many times the rate the one who asks has quota for, and what is shared."""
    return SHARED_BY if number else 1 + trust


class AddressThrottle(BaseThrottle):
    """Counts requests of callers without an account by their network, under one scope."""

    scope = "auth"

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        headers = consume_quota(self.scope, client_network(address_of_request(request)))
        note_limits(request, headers)
        return True


def note_limits(request: Request, headers: dict[str, str]) -> None:
    """Leave the `RateLimit-*` headers of a request for `with_limits` to answer with."""
    request._request.META["holobase.ratelimit"] = headers


def with_limits(response: HttpResponseBase, request: HttpRequest) -> HttpResponseBase:
    """Add the `RateLimit-*` headers that a throttle left on the request."""
    for name, value in request.META.get("holobase.ratelimit", {}).items():
        response[name] = value
    return response
