"""How much of what one network asks may be read in vain.

A query that is refused, as it is wrong or too costly or once too often, cost the time to read it.
Each network has so many letters of such queries a second; beyond them what is not known yet is
refused unread.
"""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.utils.translation import gettext as _

from resources.byte_cache import ByteCache
from resources.errors import Problem

LETTERS = 10_000
"""Letters of refused queries that a network may have read at once."""
LETTERS_PER_SECOND = 2_000
"""Letters that it may have read each second, in the long run."""
SHORT = 100
"""Letters up to which a query is read in any case: that costs no more than to refuse it."""
RETRY_SECONDS = 1
NETWORK_BYTES = 1024 * 1024
"""Memory for the networks whose queries were refused."""
UNLIMITED = "off"

_spent: ByteCache[tuple[float, float]] = ByteCache(NETWORK_BYTES)


def spend(network: str, letters: int) -> None:
    """Note that a query of a network was read in vain; an empty network has no limit."""
    if network and settings.THROTTLE_RATES["read"] != UNLIMITED:
        _spent.put(network, (_letters(network) + letters, monotonic()), len(network))


def require_letters(network: str) -> None:
    """Raise Problem 429 for a network of whose queries too much was read in vain lately."""
    if _letters(network) > LETTERS:
        later = {"Retry-After": str(RETRY_SECONDS)}
        detail = _("Too many queries of your network were refused. Try again later.")
        raise Problem(429, "throttled", detail, headers=later)


def forget() -> None:
    """Forget what was read in vain so far."""
    _spent.clear()


def _letters(network: str) -> float:
    """Return how many letters of its room a network has used up."""
    letters, at = _spent.get(network) or (0.0, 0.0)
    return max(0.0, letters - LETTERS_PER_SECOND * (monotonic() - at))
