"""Taking and changing usernames. A former name leads on to its member, who may take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from resources.api import FieldError, Problem, changes, invalid
from users.models import EventKind, FormerUsername, User
from users.names import is_reserved
from users.services.events import record_event

if TYPE_CHECKING:
    from uuid import UUID

    from resources.api import Actor

KEPT_FOR = timedelta(days=180)
"""How long nobody else may take a name that was given up."""
CHANGED_EVERY = timedelta(days=30)


def edit_profile(user: User, *, by: Actor, **values: object) -> User:
    """Change a profile, the username under the rules of `_change_name`."""
    wanted = str(values.get("username", user.username))
    with changes.together():
        if wanted.lower() != user.username.lower():
            _change_name(user, wanted, by=by)
        return changes.update(user, by=by, **values)


def take_name(username: str, *, by: Actor, user_id: UUID | None = None) -> None:
    """Let a name be taken that a member had before; raises Problem 409 while it is kept."""
    for former in FormerUsername.objects.named(username):
        if former.is_kept and former.user_id != user_id:
            message = _("This username is taken.")
            raise Problem(409, "conflict", message, [FieldError("username", "unique", message)])
        changes.delete(former, by=by)


def is_kept_for_another(username: str) -> bool:
    """Return whether a name is kept for somebody who had it before."""
    return any(former.is_kept for former in FormerUsername.objects.named(username))


def _change_name(user: User, wanted: str, *, by: Actor) -> None:
    """Keep the present name and take another; one's own former names may be taken back any time.

    Raises Problem 400 for a reserved name or too soon after the last change, 409 for a taken one.
    """
    own = FormerUsername.objects.filter(user=user)
    is_own, last = own.named(wanted).exists(), own.order_by("-created_at").first()
    if is_reserved(wanted):
        raise _refused("reserved", _("This username is reserved."))
    if last and not is_own and last.created_at + CHANGED_EVERY > timezone.now():
        again = {"day": date_format(last.created_at + CHANGED_EVERY)}
        raise _refused("too_soon", _("You can change your username again on %(day)s.") % again)
    take_name(wanted, by=by, user_id=user.pk)
    kept_until = timezone.now() + KEPT_FOR
    changes.create(FormerUsername, by=by, user=user, username=user.username, kept_until=kept_until)
    record_event(user, EventKind.USERNAME_CHANGED, by=by, before=user.username)


def _refused(code: str, message: str) -> Problem:
    return invalid([FieldError("username", code, message)])
