"""Prometheus metrics of realtime, read from `realtime.counters` at every scrape."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from prometheus_client.core import (
    REGISTRY,
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector

from realtime.connections import known_connections
from realtime.counters import counters
from realtime.hub import hub, known_hubs, late_hub
from realtime.rooms.registry import known_rooms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.metrics_core import Metric

    from realtime.hub import Hub

PREFIX = "holobase_realtime"
TRANSPORTS = ("websocket", "event_stream")
COUNTER_HELP = {
    "events": "Events that audiences have heard",
    "deliveries": "Events put in clients' queues",
    "dropped": "Frames dropped from the queues of slow clients",
    "resets": "Subscriptions of slow clients told to fetch anew",
    "revoked": "Connections ended as their token was no good any more",
    "replays": "Subscriptions that resumed from a place in the log",
}


class RealtimeCollector(Collector):
    """Collects the metrics; all are 0 before the first connection."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield the metric families."""
        yield self._connections()
        for name, what, number in _gauges():
            yield GaugeMetricFamily(f"{PREFIX}_{name}", what, number)
        for name, what in COUNTER_HELP.items():
            yield CounterMetricFamily(f"{PREFIX}_{name}", what, getattr(counters, name))
        name, what = f"{PREFIX}_delivery_seconds", "From a change to those who hear of it"
        latency = counters.latency
        yield HistogramMetricFamily(name, what, latency.buckets(), latency.total)

    @staticmethod
    def _connections() -> Metric:
        family = GaugeMetricFamily(
            f"{PREFIX}_connections", "Open connections", labels=["transport"]
        )
        for transport in TRANSPORTS:
            open_now = sum(each.of_transport[transport] for each in known_connections())
            family.add_metric([transport], open_now)
        return family


def _behind(hubs: Iterable[Hub]) -> float:
    return max((each.seconds_behind for each in hubs), default=0.0)


def _gauges() -> Iterator[tuple[str, str, float]]:
    subscriptions = sum(each.subscribed.total() for each in known_connections())
    yield "subscriptions", "Subscriptions", subscriptions
    yield "audiences", "Distinct audiences", sum(len(each.live) for each in known_hubs())
    yield "behind_seconds", "Since the hub last was at the end of the log", _behind(hub.known())
    late = _behind(late_hub.known())
    yield "late_behind_seconds", "The same of audiences beyond their budgets", late
    yield "rooms", "Rooms with somebody here", sum(len(each.rooms) for each in known_rooms())
    peers = [len(room.outboxes) for each in known_rooms() for room in list(each.rooms.values())]
    yield "peers", "Connections in rooms here", sum(peers)


REGISTRY.register(RealtimeCollector())
