"""Counters of a process since it started, as plain integers so that counting costs nothing."""

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
class DeliveryHistogram:
    """Seconds from a commit to its delivery, as a histogram with the upper bounds `BOUNDS`."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        """Add one change."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """Return the cumulative counts as Prometheus buckets: `[("0.005", 3.0), …]`."""
        names, sums, so_far = [*map(str, BOUNDS), "+Inf"], [], 0
        for name, count in zip(names, self.counts, strict=True):
            so_far += count
            sums.append((name, float(so_far)))
        return sums


@dataclass(slots=True)
class Counters:
    """Totals since the process started, exported by `realtime.exporter`."""

    events: int = 0
    deliveries: int = 0
    dropped: int = 0
    resets: int = 0
    revoked: int = 0
    replays: int = 0
    latency: DeliveryHistogram = field(default_factory=DeliveryHistogram)

    def delivered(self, committed_at: Iterable[datetime]) -> None:
        """Record the latency of a batch that was just delivered, given its commit times."""
        now = timezone.now()
        for at in committed_at:
            self.latency.observe(max(0.0, (now - at).total_seconds()))


counters = Counters()
