"""Limits on how often an actor may ask, counted in the shared cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ActorThrottle(SimpleRateThrottle):
    """Counts per member, or per address for anonymous requests, under one scope.

    The rate is `settings.THROTTLE_RATES[scope]`, such as `120/min`; empty for no limit. The state
    travels to the client in `RateLimit-*` headers (draft-ietf-httpapi-ratelimit-headers-03).
    """

    def __init__(self, scope: str, rate: str | None = None) -> None:
        self.scope = scope
        self.given_rate = rate
        super().__init__()

    @override
    def get_rate(self) -> str | None:
        if self.given_rate is not None:
            return self.given_rate or None
        rates: dict[str, str] = settings.THROTTLE_RATES
        if self.scope not in rates:
            raise ImproperlyConfigured(f"no throttle rate for {self.scope}")
        return rates[self.scope] or None

    @override
    def get_cache_key(self, request: Request, view: APIView) -> str:
        ident = request.user.pk if request.user.is_authenticated else self.get_ident(request)
        return f"throttle:{self.scope}:{ident}"

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        is_allowed = super().allow_request(request, view)
        if self.rate is not None:
            request._request.META["holobase.ratelimit"] = self.headers()
        return is_allowed

    def headers(self) -> dict[str, str]:
        """Give the limit, what is left of it, and the seconds until it is whole again."""
        history: list[float] = self.history
        reset = self.duration - (self.now - history[-1]) if history else self.duration
        return {
            "RateLimit-Limit": str(self.num_requests),
            "RateLimit-Remaining": str(max(0, self.num_requests - len(history))),
            "RateLimit-Reset": str(int(reset) + 1),
        }


def with_limits(response: Any, request: Any) -> Any:
    """Add the `RateLimit-*` headers that a throttle left on the request."""
    for name, value in request.META.get("holobase.ratelimit", {}).items():
        response[name] = value
    return response
