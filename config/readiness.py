"""Whether everything that requests need is there, told within two seconds whatever hangs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, cast, override

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.background import GONE_AFTER, SILENT_AFTER, live_workers
from config.log_follower import failing_consumers
from config.site_metrics import SITE
from config.supervision import is_worker_running
from files.storage import is_storage_ready
from realtime.hub import known_hubs
from resources import feed
from resources.connections import waiting_migrations
from resources.dialects import sqlite_driver
from resources.models import ConsumerPosition, SkippedChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Future

    from channels.layers import BaseChannelLayer
    from prometheus_client.metrics_core import Metric

    from server.shared_cache import SharedCache

PROBE = "holobase.ready"
DEADLINE = 1.5
"""Seconds that all checks together may take."""
OK = "ok"
SHARED_CACHE = "server.shared_cache.SharedCache"


class StuckError(Exception):
    """A part that does not go on; the message may be shown."""


class Readiness:
    """Checks all parts side by side, each in a thread that waits for it however long it hangs."""

    def __init__(self, checks: Mapping[str, Callable[[], bool]]) -> None:
        self.checks = checks
        self.threads = ThreadPoolExecutor(len(checks), "check")
        self.running: dict[str, Future[str]] = {}

    def states(self, names: Iterable[str]) -> dict[str, str]:
        """Return for each part that is asked for `ok`, or what is the matter with it."""
        asked = {name: self._begun(name) for name in names}
        wait(asked.values(), timeout=DEADLINE)
        late = f"unavailable: no answer in {DEADLINE} s"
        return {name: job.result() if job.done() else late for name, job in asked.items()}

    def _begun(self, name: str) -> Future[str]:
        """Begin a check, or join the one that is still under way."""
        job = self.running.get(name)
        if job is None or job.done():
            job = self.running[name] = self.threads.submit(_state, self.checks[name])
        return job


def _state(check: Callable[[], bool]) -> str:
    try:
        return OK if check() else "unavailable"
    except StuckError as stuck:
        return f"unavailable: {stuck}"
    except Exception as error:  # noqa: BLE001 - whatever a broken part raises, it is not ready
        return f"unavailable: {type(error).__name__}"
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _cache() -> bool:
    shared = cast("SharedCache", caches["default"])
    if settings.CACHES["default"]["BACKEND"] == SHARED_CACHE:
        # By itself it answers from memory while its server is away.
        return bool(shared.is_answering())
    cache.set(PROBE, OK, 10)
    return bool(cache.get(PROBE) == OK)


def _layer() -> bool:
    layer = cast("BaseChannelLayer", get_channel_layer())
    async_to_sync(layer.group_send)(PROBE, {"type": "ready"})
    return True


def _realtime() -> bool:
    for hub in known_hubs():
        if problem := hub.problem():
            raise StuckError(problem)
    return True


def _migrations() -> bool:
    return not waiting_migrations()


def _worker() -> bool:
    """Return whether a worker was seen lately; one's own need not be, while it runs, for a while.

    A busy SQLite keeps it waiting for its turn to say that it is there.
    """
    if live_workers(SILENT_AFTER) or (is_worker_running() and live_workers(GONE_AFTER)):
        return True
    raise StuckError(f"none was seen for {SILENT_AFTER.seconds} s")


def _consumers() -> bool:
    """Return whether every log consumer goes on."""
    for name, error in failing_consumers().items():
        raise StuckError(f"{name} fails: {error}")
    return True


CHECKS: Mapping[str, Callable[[], bool]] = {
    "database": _database,
    "cache": _cache,
    "storage": is_storage_ready,
    "layer": _layer,
    "migrations": _migrations,
    "realtime": _realtime,
    "worker": _worker,
    "consumers": _consumers,
}
EVERYBODY_NEEDS = frozenset({"database", "migrations"})
NEEDED: Mapping[str, frozenset[str]] = {
    "all": EVERYBODY_NEEDS | {"storage", "realtime"},
    "api": EVERYBODY_NEEDS | {"storage"},
    "realtime": EVERYBODY_NEEDS | {"realtime"},
    "worker": EVERYBODY_NEEDS,
}
readiness = Readiness(CHECKS)


def report() -> dict[str, object]:
    """Return what `/readyz` says: `status` is `ok`, `degraded` or `unavailable`, with all `parts`.

    `database` names the database and, on SQLite, which comes with us, the library's version.

    A process is available as long as its role has what it can't do without. What it can do
    without for a while, such as the cache, is no reason to send its clients elsewhere: it is away
    for the other processes, too.
    """
    parts = readiness.states(name for name in CHECKS if name != "realtime" or _is_live())
    broken = {name for name, state in parts.items() if state != OK}
    status = "unavailable" if broken & NEEDED[settings.ROLE] else "degraded" if broken else OK
    return {"status": status, "parts": parts, "database": database_version()}


def database_version() -> str:
    """Return the database's name; SQLite's with the version of the library."""
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite_driver.sqlite_version}"
    return str(connection.display_name)


def _is_live() -> bool:
    return settings.ROLE != "api"


class Parts(Collector):
    """The states for Prometheus, checked whenever somebody looks."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Check all parts."""
        family = GaugeMetricFamily("holobase_part_up", "Whether a part is there", labels=["part"])
        for name, state in readiness.states(CHECKS).items():
            family.add_metric([name], state == OK)
        yield family

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not check anything."""
        return ()


class ConsumerMetrics(Collector):
    """How far the log consumers are (`resources.log_consumers`), while there is a database."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield the metric families."""
        labels = ["consumer"]
        name = "holobase_log_consumer"
        behind = GaugeMetricFamily(f"{name}_behind", "Changes not looked at yet", labels=labels)
        failures = GaugeMetricFamily(f"{name}_failures", "Of the next change", labels=labels)
        skipped = GaugeMetricFamily(f"{name}_skipped", "Changes left out for good", labels=labels)
        age = GaugeMetricFamily(f"{name}_wait_seconds", "Of the next change", labels=labels)
        if readiness.states(["database"])["database"] == OK:
            last = feed.last_position()
            left_out = Counter(SkippedChange.objects.values_list("consumer", flat=True))
            for state in ConsumerPosition.objects.all():
                behind.add_metric([state.name], max(0, last - state.position))
                age.add_metric([state.name], feed.seconds_waiting(state.position))
                failures.add_metric([state.name], state.failures)
                skipped.add_metric([state.name], left_out[state.name])
        yield from (behind, age, failures, skipped)

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not ask the database."""
        return ()


SITE.register(Parts())
SITE.register(ConsumerMetrics())
