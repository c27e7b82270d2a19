"""Trust levels, which members earn by how they behave.

A level is worked out in the database, for one member or for all of them alike.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Value, When
from django.utils import timezone

from resources.api import SYSTEM, changes
from users.models import EventKind, Sanction, SanctionKind, User
from users.services.events import record_event

if TYPE_CHECKING:
    from resources.api import Actor

CLEAN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a level asks for: days since registration, published cards, followers."""

    level: int
    days: int
    cards: int
    followers: int


LEVELS = (Trust(3, 60, 20, 10), Trust(2, 14, 3, 1), Trust(1, 1, 0, 0))
"""The highest first."""


def earned_trust(user: User) -> int:
    """Return the trust level that a member's behaviour has earned."""
    level: int = User.objects.filter(pk=user.pk).values_list(_earned(), flat=True).get()
    return level


def update_trust(user: User, *, by: Actor) -> None:
    """Bring a member's trust level up to date; a change is a line of the account activity."""
    level, before = earned_trust(user), user.trust_level
    if level == before:
        return
    kind = EventKind.TRUST_RAISED if level > before else EventKind.TRUST_LOWERED
    with changes.together():
        changes.update(user, by=by, trust_level=level)
        record_event(user, kind, by=by, level=level)


def review_trust() -> int:
    """Bring every member's trust level up to date; returns the number of changes."""
    stale = User.objects.filter(is_active=True).alias(earned=_earned())
    ids = list(stale.exclude(trust_level=F("earned")).values_list("pk", flat=True))
    for user_id in ids:
        # Whoever has been erased meanwhile needs no trust.
        with suppress(User.DoesNotExist), changes.together():
            update_trust(changes.locked(User(pk=user_id)), by=SYSTEM)
    return len(ids)


def _earned() -> Case:
    """Return the level that a row of the members has earned, as an expression.

    An unverified address earns none, nor does a sanction within 90 days, unless it was lifted; a
    warning costs nothing.
    """
    now = timezone.now()
    sanctions = Sanction.objects.filter(
        user=OuterRef("pk"), lifted_at=None, created_at__gt=now - CLEAN_FOR
    ).exclude(kind=SanctionKind.WARN)
    earned = [
        When(
            created_at__lte=now - timedelta(days=trust.days),
            card_count__gte=trust.cards,
            follower_count__gte=trust.followers,
            then=Value(trust.level),
        )
        for trust in LEVELS
    ]
    return Case(
        When(is_verified=False, then=Value(0)),
        When(Exists(sanctions), then=Value(0)),
        *earned,
        default=Value(0),
        output_field=IntegerField(),
    )
