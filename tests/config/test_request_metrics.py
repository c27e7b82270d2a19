"""The metrics say of every request what they would if each had been told by itself."""

from __future__ import annotations

from threading import Thread

import pytest
from prometheus_client import REGISTRY

from server.process_metrics import own_metrics
from server.request_metrics import MOST_GATHERED, count_request

LATENCY = "django_http_requests_latency_seconds_by_view_method"
SECONDS = 0.25


def told(view: str) -> dict[str, float | None]:
    """Read what the metrics say of one view's requests, and of all."""
    of_view = {"view": view, "method": "PATCH"}
    value = REGISTRY.get_sample_value
    return {
        "answered": value(f"{LATENCY}_count", of_view),
        "seconds": value(f"{LATENCY}_sum", of_view),
        "quick": value(f"{LATENCY}_bucket", {**of_view, "le": "0.1"}),
        "not slow": value(f"{LATENCY}_bucket", {**of_view, "le": "0.25"}),
        "all": value("django_http_requests_before_middlewares_total"),
        "method": value("django_http_requests_total_by_method_total", {"method": "PATCH"}),
        "status": value("django_http_responses_total_by_status_total", {"status": "418"}),
    }


@pytest.mark.parametrize("number", [1, MOST_GATHERED, 2 * MOST_GATHERED + 1])
def test_whoever_reads_the_metrics_sees_all_requests(number: int) -> None:
    view = f"view-{number}"
    own_metrics()
    before = told(view)
    threads = [Thread(target=_count, args=(view, number)) for _thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own_metrics()
    own_metrics()
    added = {name: (value or 0) - (before[name] or 0) for name, value in told(view).items()}
    all_three = 3 * number
    assert added == {
        "answered": all_three,
        "seconds": all_three * SECONDS,
        "quick": 0,
        "not slow": all_three,
        "all": all_three,
        "method": all_three,
        "status": all_three,
    }


def _count(view: str, number: int) -> None:
    for _request in range(number):
        count_request("PATCH", 418, view, SECONDS)
