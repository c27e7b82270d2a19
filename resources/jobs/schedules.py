"""Jobs that are enqueued from time to time, once a time, however many workers there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from resources.models import JobSchedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.jobs.declaration import JobTask

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two workers may be apart."""
LONGEST_GAP = 366 * 8
"""Days within which every day of the calendar comes (29 February, around 2100)."""


class Times(Protocol):
    """When a schedule is due."""

    def latest(self, now: datetime) -> datetime:
        """Return the last time up to now."""

    def begin(self, now: datetime) -> datetime:
        """Return after which time a schedule is due that is new."""


@dataclass(frozen=True)
class Interval:
    """At whole multiples of an interval, counted from 1970 (UTC)."""

    interval: timedelta

    def latest(self, now: datetime) -> datetime:
        """Return the last time up to now."""
        return now - (now - EPOCH) % self.interval

    def begin(self, now: datetime) -> datetime:
        """Return a time so long ago that a new schedule is due at once."""
        del now
        return EPOCH


@dataclass(frozen=True)
class Cron:
    """At the minutes that five fields name: minute, hour, day, month, day of the week (UTC).

    A field is `*`, a number, a range `1-5`, a step `*/15` or `8-18/2`, or several of them with
    commas; Sunday is 0 or 7. As in cron, a day fits by either of its two fields if both are given.
    Raises ValueError for anything else.
    """

    text: str
    fields: Sequence[frozenset[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Read the fields."""
        parts = self.text.split()
        if len(parts) != len(RANGES):
            raise ValueError(f"“{self.text}” has no five fields.")
        read = [_numbers(part, *bounds) for part, bounds in zip(parts, RANGES, strict=True)]
        read[4] = frozenset(number % 7 for number in read[4])
        object.__setattr__(self, "fields", read)
        self.latest(datetime(2100, 1, 1, tzinfo=UTC))

    def latest(self, now: datetime) -> datetime:
        """Return the last time up to now; raises ValueError when there is none (30 February)."""
        minutes, hours = self.fields[:2]
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        for _number in range(LONGEST_GAP):
            if self._is_day(day):
                for hour in sorted(hours, reverse=True):
                    for minute in sorted(minutes, reverse=True):
                        if (at := day.replace(hour=hour, minute=minute)) <= now:
                            return at
            day -= DAY
        raise ValueError(f"“{self.text}” never comes.")

    def begin(self, now: datetime) -> datetime:
        """Return now: a new schedule waits for the next time."""
        return now

    def _is_day(self, day: datetime) -> bool:
        _minutes, _hours, days, months, weekdays = self.fields
        fits = day.day in days, day.isoweekday() % 7 in weekdays
        parts = self.text.split()
        either = "*" not in (parts[2], parts[4])
        return day.month in months and (any(fits) if either else all(fits))


RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _numbers(text: str, lowest: int, highest: int) -> frozenset[int]:
    """Return the numbers that a field names; raises ValueError."""
    found: set[int] = set()
    for part in text.split(","):
        span, _slash, step = part.partition("/")
        first, _dash, last = span.partition("-")
        begin, end = (lowest, highest) if span == "*" else (int(first), int(last or first))
        if not lowest <= begin <= end <= highest or (step and int(step) < 1):
            raise ValueError(f"“{part}” is not within {lowest} and {highest}.")
        found.update(range(begin, end + 1, int(step or 1)))
    return frozenset(found)


@dataclass(frozen=True)
class Schedule:
    """A job without arguments, and when it is due."""

    name: str
    task: JobTask[[], Any]
    times: Times


schedules: dict[str, Schedule] = {}
"""All schedules that apps have declared, by name."""


def schedule(task: JobTask[[], Any], times: Times) -> None:
    """Have a job enqueued at some times: `schedule(send_digests, Cron("0 8 * * *"))`.

    It goes by the job's name. A time that no worker was there for is made up for once, when one
    is there again. Raises ValueError when the name is taken.
    """
    known = schedules.get(task.name)
    if known is not None and known.task.module_path != task.module_path:
        raise ValueError(f"There is a schedule called {task.name} already.")
    schedules[task.name] = Schedule(task.name, task, times)


def discover_schedules() -> None:
    """Import `tasks.py` of every installed app, where schedules are declared."""
    autodiscover_modules("tasks")


def enqueue_due(now: datetime) -> int:
    """Enqueue the jobs whose time has come, unless another worker has; return their number."""
    last = dict(JobSchedule.objects.values_list("name", "last_at"))
    count = 0
    for name, declared in schedules.items():
        begin = last.get(name)
        if begin is None:
            begin = declared.times.begin(now)
            JobSchedule.objects.get_or_create(name=name, defaults={"last_at": begin})
        at = declared.times.latest(now)
        if begin > now + CLOCKS_DIFFER:
            # The clock has been set back since: the next time counts again.
            JobSchedule.objects.filter(name=name, last_at=begin).update(last_at=at)
        else:
            count += at > begin and _enqueue(declared, at)
    return count


def _enqueue(declared: Schedule, at: datetime) -> bool:
    """Enqueue a job for a time; of several workers one does."""
    with transaction.atomic():
        earlier = JobSchedule.objects.filter(name=declared.name, last_at__lt=at)
        if not earlier.update(last_at=at):
            return False
        declared.task.enqueue()
    return True
