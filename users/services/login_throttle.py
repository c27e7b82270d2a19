"""Throttle guesses of passwords and codes without locking the owner out.

Attempts are counted per account and network, and per account over all networks that it has never
signed in from, each in `WINDOW` seconds. The owner signs in from a known network, or by a mailed
code, and is not throttled. Identities without an account are counted the same way, so that the
answer does not reveal whether there is one. The counters are in the shared cache.

Codes of a second factor are counted per member. Only those who have passed the first factor can
guess them, so a stranger cannot lock the owner out.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from resources.api import SYSTEM, Problem, blind_index
from users.models import EventKind, User
from users.services.events import record_event
from users.services.sessions import is_known_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.callers import Caller

WINDOW = 15 * 60
KNOWN_NETWORK_SECONDS = 30 * 24 * 3600
CODE_ATTEMPTS = 5


def consume_attempt(identity: str, caller: Caller) -> None:
    """Consume one attempt at an identity's password.

    It is consumed before the password is checked, so that concurrent requests cannot exceed the
    limit; a right password refunds it. Raises Problem 429 if this caller, or all unknown networks
    together, have no attempts left.
    """
    who, account = _named(identity)
    here, anywhere = _counter_keys(who, caller)
    is_throttled = _count(here) > settings.GUESSES_PER_PLACE
    if _count(anywhere) > settings.GUESSES_PER_ACCOUNT and not is_throttled:
        is_throttled = account is None or not _is_known_network(account, caller)
    if is_throttled:
        raise _throttled(_("That was too often. Try again later, or sign in by a code by mail."))


def refund_attempt(identity: str, caller: Caller) -> None:
    """Refund the attempts of a caller who knew the password, and remember the network."""
    who, _account = _named(identity)
    here, anywhere = _counter_keys(who, caller)
    cache.delete(here)
    with suppress(ValueError):  # the window has just passed
        cache.decr(anywhere)
    cache.set(_known_network_key(who, caller), 1, KNOWN_NETWORK_SECONDS)


def record_failure(identity: str, caller: Caller) -> None:
    """Record a wrong password in the account activity of the member, if there is one.

    At sign-in a task does this, so that response times do not reveal whether there is one.
    """
    _who, user = _named(identity)
    if user is not None:
        record_event(user, EventKind.SIGN_IN_FAILED, by=SYSTEM, caller=caller)


def consume_code_attempt(user: User) -> None:
    """Consume one of a member's `CODE_ATTEMPTS`; raises Problem 429 if there are none left.

    It is consumed before the code is checked, so that concurrent requests cannot exceed the limit;
    a right code refunds it.
    """
    if _count(_code_counter_key(user)) > CODE_ATTEMPTS:
        raise _throttled(_("That was too often. Try again later."))


def refund_code_attempt(user: User) -> None:
    """Refund the attempt of a right code."""
    with suppress(ValueError):  # the window has just passed
        cache.decr(_code_counter_key(user))


def _throttled(detail: str) -> Problem:
    return Problem(429, "throttled", detail, headers={"Retry-After": str(WINDOW)})


def _count(counter: str) -> int:
    while True:
        cache.add(counter, 0, WINDOW)
        # A sign-in that succeeds at this moment clears it.
        with suppress(ValueError):
            return cache.incr(counter)


def _named(identity: str) -> tuple[str, User | None]:
    """Return the counter name of an identity, and its account; name and address share one."""
    try:
        user = User.objects.get_by_natural_key(identity)
    except User.DoesNotExist:
        return blind_index(identity.strip().lower()), None
    return str(user.pk), user


def _is_known_network(user: User, caller: Caller) -> bool:
    return _known_network_key(str(user.pk), caller) in cache or is_known_network(user, caller)


def _counter_keys(who: str, caller: Caller) -> Sequence[str]:
    return f"guesses:{who}:{blind_index(caller.network)}", f"guesses:{who}"


def _known_network_key(who: str, caller: Caller) -> str:
    return f"place:{who}:{blind_index(caller.network)}"


def _code_counter_key(user: User) -> str:
    return f"guessed_codes:{user.pk}"
