"""The business metrics for Prometheus: those of the last whole day (UTC), which is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from django.db import DatabaseError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from community.selectors.metrics import recent_figures
from config.site_metrics import SITE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prometheus_client.metrics_core import Metric

    from community.selectors.metrics import DayFigures

PREFIX = "holobase_community"
GAUGES: Mapping[str, tuple[str, Callable[[DayFigures], float | None]]] = {
    "daily_active_members": ("Members who were here yesterday", lambda day: day.active),
    "monthly_active_members": (
        "Members who were here in the 30 days up to yesterday",
        lambda day: day.active_month,
    ),
    "session_seconds": ("Mean length of yesterday's visits", lambda day: day.session_seconds),
    "new_members": ("Accounts opened yesterday", lambda day: day.members),
    "cards_created": ("Cards created yesterday", lambda day: day.cards),
    "card_completion_ratio": ("Part of them that has been published", lambda day: day.completion),
    "template_uses": ("Cards made from a template yesterday", lambda day: day.template_uses),
    "template_ratings": ("Ratings of templates given yesterday", lambda day: day.ratings),
    "template_rating_stars": ("Mean of their stars", lambda day: day.rating),
}


class BusinessMetrics(Collector):
    """Collects the metrics, while there is a database; what a day had none of is left out."""

    @override
    def collect(self) -> Iterable[Metric]:
        """Yield the metric families."""
        try:
            yesterday = recent_figures()[-2]
        except DatabaseError:
            return
        for name, (what, figure) in GAUGES.items():
            value = figure(yesterday)
            if value is not None:
                yield GaugeMetricFamily(f"{PREFIX}_{name}", what, value)

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not ask the database."""
        return ()


SITE.register(BusinessMetrics())
