"""Against guessing passwords: whoever guesses is held up, the owner is not.

Tries are counted by account and network, and by account over all networks that it has not
been signed in from, each in `WINDOW` seconds. The owner comes from a known network or by a code by
mail, and passes. Identities without an account are counted alike, so that nothing tells them apart.
Counters are in the shared cache.

Codes of a second factor are counted by member: only who has shown the first factor gets to guess
them, so that no stranger can hold up the owner.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from resources.actors import SYSTEM
from resources.errors import Problem
from resources.sealing import blind_index
from users.models import EventKind, User
from users.services.events import record_event
from users.services.sessions import is_known_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.callers import Caller

WINDOW = 15 * 60
PLACES_ARE_KNOWN_FOR = 30 * 24 * 3600
CODE_TRIES = 5


def take_try(identity: str, caller: Caller) -> None:
    """Take one of the tries at an identity's password.

    It is taken before the password is looked at, so that many at once are no way round the limit;
    the right one gives it back. Raises Problem 429 when this caller, or strangers together, have
    had theirs.
    """
    who, account = _named(identity)
    here, anywhere = _counters(who, caller)
    is_held_up = _count(here) > settings.GUESSES_PER_PLACE
    if _count(anywhere) > settings.GUESSES_PER_ACCOUNT and not is_held_up:
        is_held_up = account is None or not _is_known_place(account, caller)
    if is_held_up:
        raise _held_up(_("That was too often. Try again later, or sign in by a code by mail."))


def give_back_try(identity: str, caller: Caller) -> None:
    """Forget the tries of a caller who then knew the password, and remember the place."""
    who, _account = _named(identity)
    here, anywhere = _counters(who, caller)
    cache.delete(here)
    with suppress(ValueError):  # the window has just passed
        cache.decr(anywhere)
    cache.set(_place(who, caller), 1, PLACES_ARE_KNOWN_FOR)


def record_failure(identity: str, caller: Caller) -> None:
    """Write a wrong guess into the account activity of the member, if there is one.

    Where strangers sign in this is a task's work: time must not tell whether there is.
    """
    _who, user = _named(identity)
    if user is not None:
        record_event(user, EventKind.SIGN_IN_FAILED, by=SYSTEM, caller=caller)


def take_code_try(user: User) -> None:
    """Take one of the `CODE_TRIES` that a member has at codes; raises Problem 429 after the last.

    It is taken before the code is looked at, so that many at once are no way round the limit, and
    a right code gives it back.
    """
    if _count(_code_counter(user)) > CODE_TRIES:
        raise _held_up(_("That was too often. Try again later."))


def give_back_code_try(user: User) -> None:
    """Leave a code that was right out of the count."""
    with suppress(ValueError):  # the window has just passed
        cache.decr(_code_counter(user))


def _held_up(detail: str) -> Problem:
    return Problem(429, "throttled", detail, headers={"Retry-After": str(WINDOW)})


def _count(counter: str) -> int:
    cache.add(counter, 0, WINDOW)
    return cache.incr(counter)


def _named(identity: str) -> tuple[str, User | None]:
    """Give what an identity is counted as, and its account: name and address are one."""
    try:
        user = User.objects.get_by_natural_key(identity)
    except User.DoesNotExist:
        return blind_index(identity.strip().lower()), None
    return str(user.pk), user


def _is_known_place(user: User, caller: Caller) -> bool:
    return _place(str(user.pk), caller) in cache or is_known_place(user, caller)


def _counters(who: str, caller: Caller) -> Sequence[str]:
    return f"guesses:{who}:{blind_index(caller.network)}", f"guesses:{who}"


def _place(who: str, caller: Caller) -> str:
    return f"place:{who}:{blind_index(caller.network)}"


def _code_counter(user: User) -> str:
    return f"guessed_codes:{user.pk}"
