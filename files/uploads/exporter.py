"""Prometheus metrics of uploads, read from `files.uploads.counters` at every scrape."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from prometheus_client.core import REGISTRY, CounterMetricFamily
from prometheus_client.registry import Collector

from files.uploads.counters import counters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

ENDS = ("finished", "refused", "ended", "expired")


class UploadCollector(Collector):
    """Collects the metrics; all are 0 before the first upload."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield the metric families."""
        yield CounterMetricFamily(
            "holobase_upload_bytes", "Bytes received of uploads in pieces", counters.received_bytes
        )
        yield CounterMetricFamily("holobase_uploads_begun", "Uploads begun", counters.begun)
        ended = CounterMetricFamily("holobase_uploads", "Uploads by their end", labels=["end"])
        for end in ENDS:
            ended.add_metric([end], getattr(counters, end))
        yield ended


REGISTRY.register(UploadCollector())
