"""Sanctions, and the trust that behaviour earns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from resources.api import SYSTEM, Actor, FieldError, Problem, changes, invalid, not_permitted
from users.models import EventKind, Sanction, SanctionKind, User
from users.selectors import ADMIN, actor_of
from users.services.events import record_event
from users.services.sessions import end_sessions

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
CLEAN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a level asks for: days since registration, published cards, followers."""

    level: int
    days: int
    cards: int
    followers: int


LEVELS = (Trust(1, 1, 0, 0), Trust(2, 14, 3, 1), Trust(3, 60, 20, 10))


def impose_sanction(*, by: Actor, **values: Any) -> Sanction:
    """Silence, suspend or ban a member; the two latter end all sessions.

    Raises Problem 400 for an end in the past, 403 against one who is above or is oneself.
    """
    ends = values.get("expires_at")
    if ends is not None and ends <= timezone.now():
        raise invalid([FieldError("expires_at", "in_the_past", _("This has passed already."))])
    with changes.together():
        sanction = changes.create(Sanction, by=by, **values)
        user = changes.locked(sanction.user)
        _require_rank(by, user)
        _follow(user, by=by)
        if sanction.kind != SanctionKind.SILENCE:
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
    """Write on the member's row until when its sanctions last, which every request reads."""
    ends: dict[str, datetime | None] = {"barred_until": None, "silenced_until": None}
    for sanction in Sanction.objects.filter(user=user, lifted_at=None):
        column = "silenced_until" if sanction.kind == SanctionKind.SILENCE else "barred_until"
        if sanction.is_in_force:
            until = sanction.expires_at or FOR_EVER
            ends[column] = max(ends[column] or until, until)
    changes.update(user, by=by, **ends)


def earned_trust(user: User) -> int:
    """Return the trust level that a member's behaviour has earned.

    An unverified address earns none, nor does a sanction within 90 days.
    """
    since = timezone.now() - CLEAN_FOR
    is_clean = not Sanction.objects.filter(user=user, created_at__gt=since).exists()
    if not (user.is_verified and is_clean):
        return 0
    age = timezone.now() - user.created_at
    earned = [
        trust.level
        for trust in LEVELS
        if age >= timedelta(days=trust.days)
        and user.card_count >= trust.cards
        and user.follower_count >= trust.followers
    ]
    return max(earned, default=0)


def review_trust() -> int:
    """Bring every member's trust level up to date; returns the number of changes."""
    count = 0
    for user in User.objects.filter(is_active=True).iterator(chunk_size=500):
        level = earned_trust(user)
        if level != user.trust_level:
            changes.update(user, by=SYSTEM, trust_level=level)
            count += 1
    return count
