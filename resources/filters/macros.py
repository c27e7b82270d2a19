"""Moments named relative to now (UTC)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LAST = {"hour": 23, "minute": 59, "second": 59, "microsecond": 999_999}
FIRST = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}


def _month_end(now: datetime) -> datetime:
    next_month = now.replace(day=28) + timedelta(days=4)
    return (next_month - timedelta(days=next_month.day)).replace(**LAST)


MACROS: Mapping[str, Callable[[datetime], datetime | int]] = {
    "@now": lambda now: now,
    "@second": lambda now: now.second,
    "@minute": lambda now: now.minute,
    "@hour": lambda now: now.hour,
    # Sunday is 0.
    "@weekday": lambda now: now.isoweekday() % 7,
    "@day": lambda now: now.day,
    "@month": lambda now: now.month,
    "@year": lambda now: now.year,
    "@yesterday": lambda now: now - timedelta(days=1),
    "@tomorrow": lambda now: now + timedelta(days=1),
    "@todayStart": lambda now: now.replace(**FIRST),
    "@todayEnd": lambda now: now.replace(**LAST),
    "@monthStart": lambda now: now.replace(day=1, **FIRST),
    "@monthEnd": _month_end,
    "@yearStart": lambda now: now.replace(month=1, day=1, **FIRST),
    "@yearEnd": lambda now: now.replace(month=12, day=31, **LAST),
}


def macro_value(name: str, now: datetime) -> datetime | int:
    """Give a macro's value at `now`, which is in UTC."""
    return MACROS[name](now)
