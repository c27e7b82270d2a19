"""Second factors: authenticator apps (TOTP) and recovery codes."""

from __future__ import annotations

from base64 import b32encode
from secrets import token_bytes
from textwrap import wrap
from time import time
from typing import TYPE_CHECKING

import pyotp
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from resources.api import SYSTEM, Actor, Problem, blind_index, changes
from users.models import EventKind, RecoveryCode, Totp, User
from users.services.events import record_event
from users.services.login_throttle import consume_code_attempt, refund_code_attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.callers import Caller

ISSUER = "Holobase"
STEP = 30
RECOVERY_CODES = 10
RECOVERY_BYTES = 15
"""120 random bits in a recovery code, which then needs no slow hash (ASVS 5, 6.5.2)."""
TOTP, RECOVERY_CODE = "totp", "recovery_code"


def factors_of(user: User) -> list[str]:
    """Name the second factors that a sign-in to this account needs one of."""
    has_totp = Totp.objects.filter(user=user).exclude(confirmed_at=None).exists()
    return [TOTP, RECOVERY_CODE] if has_totp else []


def begin_totp(user: User) -> tuple[str, str]:
    """Make the secret of an authenticator app; returns it and its `otpauth:` URI.

    It counts only once a code has confirmed it. Raises Problem 409 when there is one already.
    """
    if factors_of(user):
        raise Problem(409, "has_factor", _("This account has an authenticator app already."))
    secret = pyotp.random_base32()
    unconfirmed = Totp.objects.filter(confirmed_at=None)
    unconfirmed.update_or_create(user=user, defaults={"secret": secret, "last_step": 0})
    return secret, _uri(user, secret)


def pending_totp(user: User) -> tuple[str, str]:
    """Return the secret that waits to be confirmed, and its `otpauth:` URI; make one if none does.

    A page that is loaded again shows what has been typed into an app already. Raises Problem 409.
    """
    pending = Totp.objects.filter(user=user, confirmed_at=None).first()
    return (pending.secret, _uri(user, pending.secret)) if pending else begin_totp(user)


def _uri(user: User, secret: str) -> str:
    uri: str = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return uri


def confirm_totp(user: User, code: str, *, caller: Caller) -> Sequence[str]:
    """Turn the authenticator app on by a first code; returns the recovery codes.

    Raises Problem 400 `wrong_code`.
    """
    codes = _confirmed(user, code, caller)
    if not codes:
        raise wrong_factor()
    return codes


def _confirmed(user: User, code: str, caller: Caller) -> Sequence[str]:
    """Return the recovery codes of the app that the code turned on; none for a wrong code."""
    with changes.together():
        totp = Totp.objects.select_for_update().filter(user=user, confirmed_at=None).first()
        if totp is None or not _takes(totp, code):
            return ()
        totp.confirmed_at = timezone.now()
        totp.save(update_fields=["confirmed_at"])
        _record(user, EventKind.FACTOR_ADDED, caller, TOTP)
        return new_recovery_codes(user)


def remove_totp(user: User, *, caller: Caller) -> None:
    """Turn the second factor off, recovery codes with it."""
    with changes.together():
        was_on = bool(factors_of(user))
        Totp.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        if was_on:
            _record(user, EventKind.FACTOR_REMOVED, caller, TOTP)


def replace_recovery_codes(user: User, *, caller: Caller) -> Sequence[str]:
    """Make new recovery codes on a member's wish, who hears of it; the old ones are no good.

    Raises Problem 409 for an account without an authenticator app.
    """
    if not factors_of(user):
        raise Problem(409, "no_factor", _("Turn on an authenticator app first."))
    with changes.together():
        _record(user, EventKind.FACTOR_ADDED, caller, RECOVERY_CODE)
        return new_recovery_codes(user)


def new_recovery_codes(user: User) -> Sequence[str]:
    """Write new recovery codes over the old ones; they can be read here and never again."""
    codes = [_new_recovery_code() for _number in range(RECOVERY_CODES)]
    with changes.together():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(user, code)) for code in codes
        )
    return codes


def _new_recovery_code() -> str:
    """Make a code of small letters and digits (base32, RFC 4648, 6) in groups of four."""
    letters = b32encode(token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(wrap(letters, 4))


def unused_recovery_codes(user: User) -> int:
    """Count the recovery codes that a member has left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def require_factor(user: User, code: str, *, caller: Caller) -> str:
    """Take a code of the authenticator app or a recovery code; returns which of them it was.

    Raises Problem 400 `wrong_code`, and 429 after five wrong ones in a quarter of an hour. Ask
    only callers who have shown the first factor.
    """
    consume_code_attempt(user)
    factor = _factor_of(user, code, caller)
    if not factor:
        record_event(user, EventKind.SIGN_IN_FAILED, by=SYSTEM, caller=caller, factor=TOTP)
        raise wrong_factor()
    refund_code_attempt(user)
    return factor


def _factor_of(user: User, code: str, caller: Caller) -> str:
    """Use up a code; returns the factor that it is of, nothing for a wrong one."""
    with changes.together():
        totp = Totp.objects.select_for_update().filter(user=user).first()
        if totp is None or totp.confirmed_at is None:
            return ""
        if _takes(totp, code):
            return TOTP
        unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at=None)
        if not unused.update(used_at=timezone.now()):
            return ""
        record_event(user, EventKind.RECOVERY_USED, by=Actor(user.pk), caller=caller)
    return RECOVERY_CODE


def wrong_factor() -> Problem:
    """Say that a code is wrong."""
    return Problem(400, "wrong_code", _("This code is not right."))


def _takes(totp: Totp, code: str) -> bool:
    """Check a code of now or of half a minute around (RFC 6238, 5.2), each but once."""
    now = int(time()) // STEP
    generator = pyotp.TOTP(totp.secret)
    for step in (now - 1, now, now + 1):
        is_right = constant_time_compare(generator.generate_otp(step), code.replace(" ", ""))
        if is_right and step > totp.last_step:
            totp.last_step = step
            totp.save(update_fields=["last_step"])
            return True
    return False


def _record(user: User, kind: EventKind, caller: Caller, factor: str) -> None:
    record_event(user, kind, by=Actor(user.pk), caller=caller, factor=factor)


def _digest(user: User, code: str) -> str:
    """Bind a code to its member under a key: the digest is worth nothing elsewhere."""
    return blind_index(f"{user.pk}:{code.strip().lower()}")
