"""The log of changes as a feed: in an order that no slower writer can disturb.

A sequence is taken before commit, so on PostgreSQL a change with a lower id can become visible
after one with a higher id, and a reader that remembers the highest id would never see it. Neither
are transaction numbers an order: one that began earlier may write a row after one that began later.
So changes get their `position` once they are committed, by whoever reads first, one at a time under
an advisory lock: what becomes visible later gets a later position, and two changes of one row stay
in the order that the row's lock gave them. No position is ever given out below one that was read.
A reader that finds another one numbering waits for it: the changes that it was woken for may be the
ones being numbered, or have come too late for that, and nobody would wake it for them again.

SQLite has one writer at a time: its ids are given in the order of commits.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import F, Max, Min, Q
from django.utils import timezone

from resources import row_sql
from resources.dialects import dialect
from resources.fields import column_of
from resources.models import Change
from resources.placeholders import Placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

LOCK = 0x686F6C6F  # “holo”: any number that nothing else in the database locks
MOST_AT_ONCE = 5_000
ASSIGN_POSITIONS = f"""
DO $$
BEGIN
    IF EXISTS (SELECT FROM resources_change WHERE position IS NULL) THEN
        PERFORM pg_advisory_xact_lock({LOCK});
        WITH unnumbered AS (
            SELECT id, row_number() OVER (ORDER BY id) AS number
            FROM (
                SELECT id FROM resources_change
                WHERE position IS NULL ORDER BY id LIMIT {MOST_AT_ONCE}
            ) AS committed
        )
        UPDATE resources_change
        SET position = number + (SELECT COALESCE(MAX(position), 0) FROM resources_change)
        FROM unnumbered
        WHERE resources_change.id = unnumbered.id;
    END IF;
END
$$
"""  # noqa: S608 - our own numbers
"""One round trip, in which each statement sees what was committed before it began: the update,
everything that was until the lock was free."""


def assign_positions() -> None:
    """Number every change committed by now; while another process is doing so, wait for it."""
    if dialect().commits_in_order:
        return
    with connection.cursor() as cursor:
        cursor.execute(ASSIGN_POSITIONS)


def changes_after(position: int, *, most: int = 500) -> Sequence[Change]:
    """Return the next changes of the feed, in the order of their positions."""
    assign_positions()
    return row_sql.found(_page_query(most), position)


def changes_between(
    after: int, until: int, *, resources: Iterable[str], most: int
) -> Sequence[Change]:
    """Return the first changes of some resources after a position and up to another, in order."""
    column = _column()
    within = {f"{column}__gt": after, f"{column}__lte": until, "resource__in": resources}
    return list(Change.objects.filter(**within).order_by(column)[:most])


def committed_since(position: int) -> QuerySet[Change]:
    """Return the changes after a position in order, those that have none yet last."""
    column = _column()
    since = Q(**{f"{column}__gt": position}) | Q(**{f"{column}__isnull": True})
    return Change.objects.filter(since).order_by(F(column).asc(nulls_last=True), "id")


def head() -> int:
    """Return the position of the newest change, 0 when there has been none."""
    assign_positions()
    return last_position()


def last_position() -> int:
    """Return the highest position that a change has by now, without giving out further ones."""
    newest: int | None = Change.objects.aggregate(newest=Max(_column()))["newest"]
    return newest or 0


def seconds_waiting(position: int) -> float:
    """Return how long ago the next change after a position was made, 0 when there is none."""
    later = Change.objects.filter(**{f"{_column()}__gt": position})
    made = later.order_by(_column()).values_list("at", flat=True).first()
    return max((timezone.now() - made).total_seconds(), 0.0) if made else 0.0


def earliest() -> int:
    """Return the first position after which every change is still in the feed, as it was made."""
    oldest: int | None = Change.objects.aggregate(oldest=Min(_column()))["oldest"]
    folded = Change.objects.filter(at__lt=in_full_since()).order_by("-at").first()
    return max((oldest or 1) - 1, folded.position if folded else 0)


def reaches_back_to(position: int) -> bool:
    """Return whether every change after a position is still in the feed, as it was made."""
    return position >= earliest()


def in_full_since() -> datetime:
    """Return the time since which every single change is kept; see `resources.retention`."""
    return timezone.now() - timedelta(days=settings.CHANGES_FULL_DAYS)


@cache
def _page_query(most: int) -> row_sql.RowQuery:
    """Compile the query of a page: each hub runs it after each commit."""
    column = _column()
    after = Placeholder("position", column_of(Change, column))
    return row_sql.compiled(
        Change.objects.filter(**{f"{column}__gt": after}).order_by(column)[:most]
    )


def _column() -> str:
    """Return the column that orders the feed; it is null for a change without a position yet."""
    return "id" if dialect().commits_in_order else "assigned_position"
