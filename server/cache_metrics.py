"""How often an answer was in the response cache, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from prometheus_client.core import REGISTRY, CounterMetricFamily
from prometheus_client.registry import Collector

from resources.execution.response_cache import counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric


class CacheMetrics(Collector):
    """Collects what the cache has counted in this process."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield one counter with both results."""
        family = CounterMetricFamily(
            "holobase_response_cache_lookups", "Looks into the response cache", labels=["result"]
        )
        family.add_metric(["hit"], counts.hits)
        family.add_metric(["miss"], counts.misses)
        yield family


REGISTRY.register(CacheMetrics())
