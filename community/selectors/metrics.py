"""The business metrics, day by day (UTC): who is here, what is made, used and rated.

Each is counted from rows by an index on their time. What has been deleted is no longer counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Avg, Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from cards.models import Card
from templates_app.models import Review
from users.models import ActiveDay, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import Model, QuerySet

DAYS = 30
MONTH = timedelta(days=30)
FRESH_SECONDS = 300
KEY = "community.metrics"

type Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The metrics of one day.

    `active_month` counts the members who were here in the 30 days up to this one. `published` are
    those of the day's cards that have been published by now; `template_uses` those that were made
    from a template. `session_seconds` is the mean length of a visit, `rating` the mean of the
    day's stars; both are None on a day without any.
    """

    day: date
    active: int = 0
    active_month: int = 0
    session_seconds: float | None = None
    members: int = 0
    cards: int = 0
    published: int = 0
    template_uses: int = 0
    ratings: int = 0
    rating: float | None = None

    @property
    def completion(self) -> float | None:
        """Return which part of the day's cards has been published, from 0 to 1."""
        return self.published / self.cards if self.cards else None


def recent_figures() -> Sequence[DayFigures]:
    """Return the figures of the last 30 days, the oldest first, at most five minutes old."""
    return cache.get_or_set(KEY, daily_figures, FRESH_SECONDS) or ()


def daily_figures(days: int = DAYS) -> Sequence[DayFigures]:
    """Return the figures of the last days, today's last."""
    today = timezone.now().astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), UTC)
    found: dict[date, dict[str, Any]] = defaultdict(dict)
    for rows in (_activity(first), _members(since), _cards(since), _ratings(since)):
        for row in rows:
            found[row["day"]].update(row)
    shown = [first + timedelta(days=number) for number in range(days)]
    months = _active_months(shown)
    known = {field.name for field in fields(DayFigures)}
    return [
        DayFigures(
            **{name: value for name, value in found[day].items() if name in known}
            | {"day": day, "active_month": months[day]}
        )
        for day in shown
    ]


def _activity(first: date) -> Rows:
    rows = ActiveDay.objects.filter(day__gte=first).values("day")
    sums = rows.annotate(active=Count("pk"), length=Sum("seconds"), times=Sum("visits"))
    for row in sums:
        yield {**row, "session_seconds": row["length"] / row["times"] if row["times"] else None}


def _active_months(days: Sequence[date]) -> Mapping[date, int]:
    """Return for each day how many members were here in the 30 days up to it.

    One pass over the pairs of member and day: a member counts from each day of theirs on for 30.
    """
    since = days[0] - MONTH + timedelta(days=1)
    counts: dict[date, int] = dict.fromkeys(days, 0)
    last: dict[UUID, date] = {}
    seen = ActiveDay.objects.filter(day__gte=since).order_by("day").values_list("day", "user")
    begins: dict[date, int] = defaultdict(int)
    for day, user in seen.iterator():
        begins[max(day, last.get(user, day))] += 1
        begins[day + MONTH] -= 1
        last[user] = day + MONTH
    present = sum(change for day, change in begins.items() if day < days[0])
    for day in days:
        present += begins[day]
        counts[day] = present
    return counts


def _members(since: datetime) -> Rows:
    yield from _by_day(User.objects.filter(created_at__gte=since)).annotate(members=Count("pk"))


def _cards(since: datetime) -> Rows:
    rows = _by_day(Card.objects.filter(created_at__gte=since))
    # A count of a column leaves its nulls out.
    yield from rows.annotate(
        cards=Count("pk"), published=Count("published_at"), template_uses=Count("template")
    )


def _ratings(since: datetime) -> Rows:
    rows = _by_day(Review.objects.filter(created_at__gte=since))
    yield from rows.annotate(ratings=Count("pk"), rating=Avg("stars"))


def _by_day(rows: QuerySet[Model]) -> QuerySet[Model, object]:
    return rows.order_by().values(day=TruncDate("created_at", tzinfo=UTC))
