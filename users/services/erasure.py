"""Leaving: days of grace in which to come back, then everything personal is erased."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from files.services import delete_files_of, release_files
from files.uploads.ending import delete_uploads_of
from resources.api import SYSTEM, blind_index, changes, erasure, registry, rows_of, search
from users.models import (
    AccountEvent,
    ApiKey,
    EventKind,
    Identity,
    Passkey,
    Proof,
    Session,
    User,
    address,
)
from users.services.events import record_event
from users.services.exports import delete_exports
from users.services.residue import delete_residue
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    from resources.api import Actor
    from users.callers import Caller

logger = logging.getLogger("holobase.privacy")

# Their own services would write, and mail, to the member about it.
ACCOUNT = (AccountEvent, Session, ApiKey, Passkey, Identity)
# What the log may keep of the member's own row: not who it was, only that there was one.
KEPT_IN_LOG = frozenset({"id", "created_at", "updated_at", "revision", "leaves_at"})
EMPTY: dict[str, object] = {
    "display_name": "",
    "bio": "",
    "avatar": None,
    "locale": "en",
    "password": "!",
    "last_login": None,
    "is_active": False,
    "is_staff": False,
    "is_superuser": False,
    "is_verified": False,
    "barred_until": None,
    "silenced_until": None,
    "trust_level": 0,
}


def request_erasure(user: User, *, by: Actor, caller: Caller) -> User:
    """Have an account erased after the days of grace; until then signing in keeps it.

    It is hidden at once and signed out everywhere.
    """
    leaves_at = timezone.now() + timedelta(days=settings.ERASURE_GRACE_DAYS)
    with changes.together():
        leaving = changes.update(changes.locked(user), by=by, leaves_at=leaves_at)
        end_sessions(leaving, by=by)
        day = f"{leaves_at:%Y-%m-%d}"
        record_event(leaving, EventKind.ERASURE_REQUESTED, by=by, caller=caller, until=day)
    return leaving


def erase_due_members() -> int:
    """Erase the accounts whose days of grace are over; returns their number.

    One that fails is logged and tried again the next time; the others are not held up.
    """
    count = 0
    for user in User.objects.filter(leaves_at__lte=timezone.now()).order_by("leaves_at"):
        try:
            count += erase_member(user)
        except Exception:
            logger.exception("erasure failed", extra={"fields": {"member": str(user.pk)}})
    return count


def erase_member(user: User) -> bool:
    """Erase a member whose time has come; tells whether it had.

    What everyone may view of theirs stays, under a pseudonym. The database changes at once or not
    at all; stored files follow. `leaves_at` is emptied last of all, so that what a crash cut short
    is done again, which changes nothing that is done already.
    """
    if not _is_due(User.objects.get(pk=user.pk)):
        return False
    delete_exports(user)
    delete_uploads_of(user.pk)
    with transaction.atomic():
        # They may have come back in this very moment.
        leaving = changes.locked(user)
        if not _is_due(leaving):
            return False
        _erase_rows(leaving)
    search.forget_for_good()
    delete_files_of(user.pk)
    changes.update(User.objects.get(pk=user.pk), by=SYSTEM, leaves_at=None)
    return True


def pseudonym(user: User) -> str:
    """Return the name that an erased member goes by, which nobody can guess and take before."""
    return f"erased-{blind_index(f'erased:{user.pk}')[:12]}"


def _is_due(user: User) -> bool:
    return user.leaves_at is not None and user.leaves_at <= timezone.now()


def _erase_rows(user: User) -> None:
    names = {user.username, user.email}
    _delete_account(user)
    erasure.delete_private_rows(user, by=SYSTEM)
    erasure.delete_unregistered_rows(user)
    erasure.detach_rows(user, by=SYSTEM)
    current = changes.locked(user)
    name = pseudonym(user)
    placeholder = address(f"{name}@erased.invalid")
    changes.update(current, by=SYSTEM, username=name, **placeholder, **EMPTY)
    release_files(user.pk)
    _forget(current, names)


def _delete_account(user: User) -> None:
    """Delete what the account was entered by and what happened to it."""
    Proof.objects.filter(address_index=user.email_index).delete()
    for model in ACCOUNT:
        for row in rows_of(registry.resource_of(model), user):
            changes.delete(row, by=SYSTEM)


def _forget(user: User, names: set[str]) -> None:
    """Take the member out of the log and of what else remembers."""
    logged = set(changes.logged_values(user))
    erasure.forget_past(user, logged - KEPT_IN_LOG)
    kept = erasure.forget_past_of_public_rows(user, by=SYSTEM)
    deleted = erasure.forget_deleted_rows(user)
    delete_residue(user, ids={user.pk, *kept, *deleted}, words=names)
