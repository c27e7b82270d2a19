"""How many requests were answered, how, and in what time, as django-prometheus counts Django's own.

A counter of Prometheus takes a lock for each number. So the fast path's requests are gathered, and
told together: a thousand of a kind, or what there is when somebody reads the metrics.
"""

from __future__ import annotations

from threading import Lock

from django_prometheus.middleware import Metrics

MOST_GATHERED = 1_000
"""Requests of a kind that are told at once."""

type Kind = tuple[str, int, str]

_gathered: dict[Kind, list[float]] = {}
"""The seconds of requests by method, status and view."""
_telling = Lock()


def count_request(method: str, status: int, view: str, seconds: float) -> None:
    """Count a request that took so many seconds."""
    kind = method, status, view
    gathered = _gathered.get(kind)
    if gathered is None:
        gathered = _gathered.setdefault(kind, [])
    gathered.append(seconds)
    if len(gathered) >= MOST_GATHERED:
        _tell(kind)


def tell_metrics() -> None:
    """Tell the metrics of all requests that were counted until now."""
    for kind in list(_gathered):
        _tell(kind)


def _tell(kind: Kind) -> None:
    with _telling:
        gathered = _gathered[kind]
        # Others may append meanwhile.
        seconds = gathered[:]
        del gathered[: len(seconds)]
    method, status, view = kind
    metrics = Metrics.get_instance()
    metrics.requests_total.inc(len(seconds))
    metrics.requests_by_method.labels(method=method).inc(len(seconds))
    metrics.responses_by_status.labels(status=str(status)).inc(len(seconds))
    latency = metrics.requests_latency_by_view_method.labels(view=view, method=method)
    for each in seconds:
        latency.observe(each)
