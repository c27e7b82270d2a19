"""When members are here: signing in and renewing an access token are the signs of it.

A client in use renews its token before it runs out (`ACCESS_TOKEN_MINUTES`), which rotates its
session's refresh token; each rotation is in the change log. Signs that are further apart than a
token's life and half an hour belong to two visits, and midnight (UTC) ends a visit.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from users.models import ActiveDay, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resources.api import Change

PAUSE = timedelta(minutes=30)
KEPT_FOR = timedelta(days=62)

type Sign = tuple[UUID, datetime]
type Days = dict[tuple[UUID, date], ActiveDay]


def count_activity(batch: Sequence[Change]) -> None:
    """Count what changes of sessions tell of their members' visits; twice the same counts once."""
    signs = list(_signs(batch))
    days = _stored(signs)
    for user_id, at in signs:
        key = (user_id, at.astimezone(UTC).date())
        day = days.setdefault(key, ActiveDay(user_id=user_id, day=key[1], last_at=at))
        _count(day, at)
    ActiveDay.objects.bulk_create(
        days.values(),
        update_conflicts=True,
        unique_fields=["day", "user"],
        update_fields=["visits", "seconds", "last_at"],
    )


def _signs(batch: Iterable[Change]) -> Iterator[Sign]:
    """Return who showed up when, without those who have left since."""
    found = [(UUID(str(each.actor_id)), each.at) for each in batch if "generation" in each.after]
    present = User.objects.filter(pk__in={user_id for user_id, _at in found})
    known = set(present.values_list("pk", flat=True))
    return (sign for sign in found if sign[0] in known)


def _stored(signs: Iterable[Sign]) -> Days:
    users = {user_id for user_id, _at in signs}
    dates = {at.astimezone(UTC).date() for _user, at in signs}
    rows = ActiveDay.objects.filter(day__in=dates, user__in=users)
    return {(row.user_id, row.day): row for row in rows}


def _count(day: ActiveDay, at: datetime) -> None:
    since = at - day.last_at
    if day.visits and since <= timedelta():
        return
    if day.visits and since <= PAUSE + timedelta(minutes=settings.ACCESS_TOKEN_MINUTES):
        day.seconds += round(since.total_seconds())
    else:
        day.visits += 1
    day.last_at = at


def forget_old_activity() -> int:
    """Delete activity that no figure needs any more; returns the number of rows."""
    old = (timezone.now() - KEPT_FOR).date()
    count, _per_model = ActiveDay.objects.filter(day__lt=old).delete()
    return count
