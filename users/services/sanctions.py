"""Sanctions: what moderators do about a member's behaviour."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from resources.api import Actor, FieldError, Problem, changes, invalid, not_permitted
from users.models import EventKind, Sanction, SanctionKind, User
from users.selectors import ADMIN, actor_of
from users.services.events import record_event
from users.services.sessions import end_sessions
from users.services.trust import update_trust

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
BARRING = (SanctionKind.SUSPEND, SanctionKind.BAN)
COLUMNS = {SanctionKind.SILENCE: "silenced_until", **dict.fromkeys(BARRING, "barred_until")}
"""Where a member's row says until when a sanction of a kind lasts; warnings bar from nothing."""


def impose_sanction(*, by: Actor, expires_at: datetime | None = None, **values: object) -> Sanction:
    """Warn, silence, suspend or ban a member; the two latter end all sessions.

    Raises Problem 400 for an end in the past, 403 against one who is above or is oneself.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise invalid([FieldError("expires_at", "in_the_past", _("This has passed already."))])
    with changes.together():
        sanction = changes.create(Sanction, by=by, expires_at=expires_at, **values)
        user = changes.locked(sanction.user)
        _require_rank(by, user)
        _follow(user, by=by)
        if sanction.kind in BARRING:
            end_sessions(user, by=by)
        record_event(
            user, EventKind.SANCTIONED, by=by, sanction=sanction.kind, reason=sanction.reason
        )
    return sanction


def lift_sanction(sanction: Sanction, *, by: Actor) -> None:
    """End a sanction before its time; raises Problem 409 when it is over already."""
    if not sanction.is_in_force:
        raise Problem(409, "not_in_force", _("This sanction is over already."))
    with changes.together():
        changes.update(sanction, by=by, lifted_at=timezone.now())
        user = changes.locked(sanction.user)
        _follow(user, by=by)
        record_event(user, EventKind.SANCTION_LIFTED, by=by, sanction=sanction.kind)


def _require_rank(by: Actor, user: User) -> None:
    """Keep moderators from sanctioning each other; admins may sanction all but themselves."""
    target = actor_of(user.pk)
    above = target is not None and ("moderator" in target.roles or ADMIN in target.roles)
    if by.id == user.pk or (above and ADMIN not in by.roles and not by.is_system):
        raise not_permitted()


def _follow(user: User, *, by: Actor) -> None:
    """Write on the member's row until when its sanctions last, which every request reads.

    The trust that they cost goes with them.
    """
    ends: dict[str, datetime | None] = dict.fromkeys(COLUMNS.values())
    for sanction in Sanction.objects.filter(user=user, lifted_at=None, kind__in=COLUMNS):
        column = COLUMNS[SanctionKind(sanction.kind)]
        if sanction.is_in_force:
            until = sanction.expires_at or FOR_EVER
            ends[column] = max(ends[column] or until, until)
    changes.update(user, by=by, **ends)
    update_trust(user, by=by)
