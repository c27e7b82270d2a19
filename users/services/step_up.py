"""Step-up authentication: signed-in members prove their identity again before risky actions."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import check_password
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from resources.api import FieldError, Problem, invalid
from users.models import Purpose, User
from users.services import login_throttle
from users.services.factors import factors_of
from users.services.proofs import account_of, proof_by_code, use_up, wrong_code

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from users.callers import Caller
    from users.services import passkeys
else:
    # What checks credentials takes a twentieth of all the time to start, and few are shown.
    passkeys = SimpleLazyObject(partial(import_module, "users.services.passkeys"))


def require_password(user: User, password: str, *, caller: Caller, field: str) -> None:
    """Check a signed-in member's password, which is guessed no more often than at sign-in.

    Raises Problem 400 `wrong_password` naming the field it was sent in, 429.
    """
    login_throttle.consume_attempt(user.username, caller)
    if not check_password(password, user.password):
        login_throttle.record_failure(user.username, caller)
        raise invalid([FieldError(field, "wrong_password", _("This is not it."))])
    login_throttle.refund_attempt(user.username, caller)


def confirm_by_password(user: User, password: str, *, caller: Caller) -> str:
    """Take the password, which is not enough where there is a second factor (Problem 403)."""
    _require_no_factor(user)
    require_password(user, password, caller=caller, field="password")
    return "password"


def confirm_by_passkey(user: User, sent: Mapping[str, object], *, caller: Caller) -> str:
    """Take a passkey of the member's; raises Problem 400, and 403 where it proves too little."""
    shown = passkeys.shown_passkey(sent, caller=caller)
    if shown.user.pk != user.pk:
        raise passkeys.wrong_passkey()
    if not shown.is_verified:
        _require_no_factor(user)
    return "passkey"


def confirm_by_mail(user: User, proof_id: UUID, code: str) -> str:
    """Take a sign-in code mailed to members who have nothing else but accounts elsewhere.

    Raises Problem 400 `wrong_code`, 403 for those who have a password or a second factor.
    """
    _require_no_factor(user)
    if user.has_usable_password():
        raise Problem(403, "password_needed", _("Confirm it by your password."))
    proof = proof_by_code(Purpose.SIGN_IN, proof_id, code)
    if account_of(proof) != user:
        raise wrong_code()
    use_up(proof)
    return "email"


def _require_no_factor(user: User) -> None:
    factors = factors_of(user)
    if factors:
        detail = _("Confirm it by your second factor or a passkey.")
        raise Problem(403, "second_factor_needed", detail, members={"factors": factors})
