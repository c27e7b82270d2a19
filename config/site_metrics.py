"""Metrics of the site as a whole, read from its database: the same whichever process is asked."""

from __future__ import annotations

from collections import defaultdict
from shutil import disk_usage
from time import monotonic
from typing import TYPE_CHECKING, override

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min, Q
from django.tasks import DEFAULT_TASK_QUEUE_NAME
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from resources.dialects import dialect
from resources.jobs.declaration import LONG
from resources.models import Change, Job, JobState
from webhooks.models import Webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prometheus_client.metrics_core import Metric

SITE = CollectorRegistry()
"""What is asked once per scrape, rather than of each process."""
MOST_JOB_NAMES, OTHER_JOBS = 100, "others"
"""Pairs of names and states that are told apart."""
SIZE_LASTS = 60.0
"""Seconds for which the size of the log is not looked up again."""


class DatabaseMetrics(Collector):
    """Collects what queries say; nothing while the database is away."""

    def __init__(self, *families: Callable[[], Iterable[Metric]]) -> None:
        self.families = families

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield the metric families."""
        for family in self.families:
            try:
                yield from family()
            except (DatabaseError, InterfaceError):
                return

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not ask the database."""
        return ()


def webhooks() -> Iterable[Metric]:
    """Yield how many webhooks are well, failing, and switched off."""
    counts = Webhook.objects.aggregate(
        well=Count("pk", filter=Q(is_active=True, failure_count=0)),
        failing=Count("pk", filter=Q(is_active=True, failure_count__gt=0)),
        off=Count("pk", filter=Q(is_active=False)),
    )
    family = GaugeMetricFamily("holobase_webhooks", "Webhooks", labels=["state"])
    for state, number in counts.items():
        family.add_metric([state], number)
    yield family


def jobs() -> Iterable[Metric]:
    """Yield how many jobs there are of each name that have not gone well, and how late they are."""
    states = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
    there = Job.objects.filter(state__in=states)
    counted = there.values_list("name", "state").annotate(number=Count("pk")).order_by("-number")
    told: defaultdict[tuple[str, str], int] = defaultdict(int)
    for place, (name, state, number) in enumerate(counted):
        told[name if place < MOST_JOB_NAMES else OTHER_JOBS, state] += number
    family = GaugeMetricFamily("holobase_jobs", "Jobs", labels=["name", "state"])
    for labels, number in told.items():
        family.add_metric(labels, number)
    yield family
    late = GaugeMetricFamily(
        "holobase_jobs_late_seconds", "How long the next job has been due", labels=["queue"]
    )
    now = timezone.now()
    for queue in (DEFAULT_TASK_QUEUE_NAME, LONG):
        first = Job.objects.due().filter(queue=queue).aggregate(at=Min("run_at"))["at"]
        late.add_metric([queue], (now - first).total_seconds() if first else 0.0)
    yield late


class LogSize:
    """About how large the log of changes is, looked up once a minute."""

    def __init__(self) -> None:
        self.size: tuple[int, int] = (0, 0)
        self.until = 0.0

    def __call__(self) -> Iterable[Metric]:
        """Yield rows and bytes."""
        if monotonic() >= self.until:
            self.size = dialect().table_size(Change._meta.db_table)
            self.until = monotonic() + SIZE_LASTS
        rows, size = self.size
        yield GaugeMetricFamily("holobase_event_log_rows", "Changes in the log, about", rows)
        yield GaugeMetricFamily("holobase_event_log_bytes", "Their size, about", size)


def disk() -> Iterable[Metric]:
    """Yield what is free on the disk of the data folder."""
    if settings.DATA_DIR.exists():
        free = disk_usage(settings.DATA_DIR).free
        yield GaugeMetricFamily("holobase_disk_free_bytes", "Free in the data folder", free)


SITE.register(DatabaseMetrics(disk, webhooks, jobs, LogSize()))
