"""Opening accounts, and changing what they are entered by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from resources.api import ANONYMOUS, Actor, changes, screen_new_row
from users.models import EventKind, Proof, Purpose, User, address
from users.services.events import record_event
from users.services.proofs import account_of, ask_for_proof, payload_of, use_up, wrong_code
from users.services.sessions import end_sessions
from users.services.usernames import take_name

if TYPE_CHECKING:
    from uuid import UUID

    from users.callers import Caller


def register_member(
    *, by: Actor, email: str, username: str, password_hash: str | None = None, **profile: object
) -> User:
    """Open an account.

    Raises IntegrityError when the address or the name is taken, Problem 409 for a name that is
    kept for whoever had it before, 403 for a profile that a screening rule refuses.
    """
    password = password_hash or make_password(None)
    user = User(**address(email), username=username, password=password, **profile)
    user.clean_fields(exclude=["password"])
    values = {field.name: getattr(user, field.name) for field in user._meta.concrete_fields}
    with changes.together():
        take_name(username, by=by)
        created = changes.create(User, by=by, **values)
        record_event(created, EventKind.REGISTERED, by=by)
        screen_new_row(created, Actor(created.pk))
    return created


def verify_address(proof: Proof, *, username: str = "") -> User:
    """Open the account that a proven registration asks for, or mark its address as verified.

    Raises IntegrityError when the username has been taken meanwhile (the proof stays good, and
    another name may be given), Problem 400 when there is nothing to verify.
    """
    with changes.together():
        use_up(proof)
        user = account_of(proof)
        if user is None:
            return _registered(proof, username)
        if not user.is_verified:
            changes.update(user, by=Actor(user.pk), is_verified=True)
            record_event(user, EventKind.EMAIL_VERIFIED, by=Actor(user.pk))
    return user


def _registered(proof: Proof, username: str) -> User:
    payload = payload_of(proof)
    if not payload:
        raise wrong_code()
    wanted = payload | ({"username": username} if username else {})
    return register_member(by=ANONYMOUS, email=proof.address, is_verified=True, **wanted)


def reset_password(proof: Proof, password: str) -> User:
    """Set a new password by a proof of the address; every session ends.

    As a hash takes its time, call it outside of transactions.
    """
    password_hash = make_password(password)
    with changes.together():
        use_up(proof)
        user = account_of(proof)
        if user is None:
            raise wrong_code()
        # Whoever reads the address's mail has it: that is all there is to verifying it.
        _set_password(user, password_hash, is_verified=True)
    return user


def change_password(user: User, password: str, *, but: UUID | None = None) -> None:
    """Set a new password and end every session but one; call it outside of transactions."""
    _set_password(user, make_password(password), but=but)


def _set_password(
    user: User, password_hash: str, *, but: UUID | None = None, **columns: object
) -> None:
    by = Actor(user.pk)
    with changes.together():
        changes.update(user, by=by, password=password_hash, **columns)
        end_sessions(user, by=by, but=but)
        record_event(user, EventKind.PASSWORD_CHANGED, by=by)


def ask_for_address(user: User, email: str) -> Proof:
    """Ask for a proof of another address for an account; the one it has is kept in the proof."""
    return ask_for_proof(Purpose.CHANGE, email, user=user, payload={"previous": user.email})


def change_address(proof: Proof, *, caller: Caller) -> None:
    """Set the proven address of an account.

    Raises IntegrityError when another account has it by now.
    """
    user = proof.user
    if user is None:
        raise wrong_code()
    by = Actor(user.pk)
    with changes.together():
        use_up(proof)
        changes.update(user, by=by, is_verified=True, **address(proof.address))
        record_event(user, EventKind.EMAIL_CHANGED, by=by, caller=caller)
