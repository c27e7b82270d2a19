"""Moments named relative to now (UTC)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _start(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _end(now: datetime) -> datetime:
    return now.replace(hour=23, minute=59, second=59, microsecond=999_999)


def _month_end(now: datetime) -> datetime:
    next_month = now.replace(day=28) + timedelta(days=4)
    return _end(next_month - timedelta(days=next_month.day))


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
    "@todayStart": _start,
    "@todayEnd": _end,
    "@monthStart": lambda now: _start(now.replace(day=1)),
    "@monthEnd": _month_end,
    "@yearStart": lambda now: _start(now.replace(month=1, day=1)),
    "@yearEnd": lambda now: _end(now.replace(month=12, day=31)),
}


def macro_value(name: str, now: datetime) -> datetime | int:
    """Return a macro's value at `now`, which is in UTC."""
    return MACROS[name](now)
