"""What a process has done since it started, as plain numbers: counting must cost nothing."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Waits:
    """How many changes took how many seconds to those who hear of them, by `BOUNDS`."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def note(self, seconds: float) -> None:
        """Count one change."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Give the counts up to each bound, as Prometheus wants them."""
        names, sums, so_far = [*map(str, BOUNDS), "+Inf"], [], 0
        for name, count in zip(names, self.counts, strict=True):
            so_far += count
            sums.append((name, float(so_far)))
        return sums


@dataclass(slots=True)
class Meters:
    """Counters of a process."""

    events: int = 0
    deliveries: int = 0
    dropped: int = 0
    resets: int = 0
    revoked: int = 0
    replays: int = 0
    waits: Waits = field(default_factory=Waits)

    def arrived(self, made_at: Iterable[datetime]) -> None:
        """Note how long changes took, by their times, that have now been told to everyone."""
        now = timezone.now()
        for at in made_at:
            self.waits.note(max(0.0, (now - at).total_seconds()))


meters = Meters()
