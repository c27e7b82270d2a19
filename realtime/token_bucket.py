"""A token bucket: how often something may happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from django.utils.translation import gettext as _

from resources.errors import Problem


@dataclass(slots=True)
class TokenBucket:
    """Holds at most `burst` tokens and gains `per_second` of them each second."""

    per_second: float
    burst: float
    tokens: float = field(init=False)
    filled_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self.burst
        self.filled_at = monotonic()

    def take(self) -> None:
        """Take a token; raises Problem 429 if there is none."""
        now = monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.tokens < 1:
            raise Problem(429, "too_fast", _("Too many messages. Slow down."))
        self.tokens -= 1
