"""A clock that tests set: what the product reads of the time, but for the databases' own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import time
from typing import TYPE_CHECKING, Any, Self, override

from django.apps import apps
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    import pytest
    from django.db.models import Field

SECONDS = (
    "resources.http.actor_cache.time",
    "resources.http.throttles.time",
    "server.local_cache.time",
    "time.time",
    "users.tokens.time",
)
"""Where the time is read as seconds since 1970."""
NOW = timezone.now
TIMES = ("django.utils.timezone.now", "rest_framework_simplejwt.tokens.aware_utcnow")


class Clock:
    """The time of day, which may jump; how time passes (`monotonic`) is not touched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        for name in SECONDS:
            monkeypatch.setattr(name, self.time)
        for name in TIMES:
            monkeypatch.setattr(name, self.now)
        monkeypatch.setattr("jwt.api_jwt.datetime", _datetime_of(self))
        for field in _fields_of_times():
            monkeypatch.setattr(field, "_get_default", self.now)

    def time(self) -> float:
        """Return the seconds since 1970."""
        return time() + self.ahead.total_seconds()

    def now(self) -> datetime:
        """Return the time as Django says it."""
        return datetime.fromtimestamp(self.time(), UTC)

    def jump(self, by: timedelta) -> None:
        """Set the clock forward, or back."""
        self.ahead += by


def _fields_of_times() -> Iterator[Field[Any, Any]]:
    """Yield the columns that are filled with the time: they hold the function itself."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.default is NOW:
                yield field


def _datetime_of(clock: Clock) -> type[datetime]:
    """Return a `datetime` that reads a clock."""

    class DatetimeOfClock(datetime):
        @override
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(clock.time(), tz)

    return DatetimeOfClock
