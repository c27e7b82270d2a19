"""What operators and lost visitors get: health, readiness, the front page, errors."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django_prometheus.exports import ExportToDjangoView

from files.storage import is_storage_ready
from realtime.hub import known_hubs
from resources.errors import Problem, not_signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

PROBE = "holobase.ready"
BY_PROXY = ("x-forwarded", "forwarded", "x-real-ip", "via")


class StuckError(Exception):
    """A part that does not go on; the message may be shown."""


def alive(_request: HttpRequest) -> HttpResponse:
    """Tell that the process answers."""
    return HttpResponse(b'{"status":"ok"}', content_type="application/json")


def ready(_request: HttpRequest) -> HttpResponse:
    """Tell whether every part that requests need can be reached (503 when one can't)."""
    checks = CHECKS if settings.ROLE == "api" else CHECKS | {"realtime": _realtime}
    parts = {name: _state(check) for name, check in checks.items()}
    is_ready = all(state == "ok" for state in parts.values())
    body = {"status": "ok" if is_ready else "unavailable", "parts": parts}
    status = 200 if is_ready else 503
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json")


def metrics(request: HttpRequest) -> HttpResponse:
    """Export numbers for Prometheus to whoever has METRICS_TOKEN; if none is set, to this machine.

    What comes by a proxy is not from this machine, wherever the proxy is.
    """
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return not_signed_in().response()
    elif _is_by_proxy(request) or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
        detail = _("Set METRICS_TOKEN to read this from other machines.")
        return Problem(403, "not_permitted", detail).response()
    exported: HttpResponse = ExportToDjangoView(request)
    return exported


def _is_by_proxy(request: HttpRequest) -> bool:
    return any(name.lower().startswith(BY_PROXY) for name in request.headers)


def _is_loopback(address: str) -> bool:
    try:
        given = ip_address(address)
    except ValueError:
        return False
    return (getattr(given, "ipv4_mapped", None) or given).is_loopback


def _state(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "unavailable"
    except StuckError as stuck:
        return f"unavailable: {stuck}"
    except Exception as error:  # noqa: BLE001 - whatever a broken part raises, it is not ready
        return f"unavailable: {type(error).__name__}"


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _cache() -> bool:
    cache.set(PROBE, "ok", 10)
    return bool(cache.get(PROBE) == "ok")


def _layer() -> bool:
    layer: Any = get_channel_layer()
    async_to_sync(layer.group_send)(PROBE, {"type": "ready"})
    return True


def _realtime() -> bool:
    for hub in known_hubs():
        if problem := hub.problem():
            raise StuckError(problem)
    return True


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "cache": _cache,
    "storage": is_storage_ready,
    "layer": _layer,
    "migrations": _migrations,
}


def welcome(_request: HttpRequest) -> HttpResponse:
    """Send visitors of the root to the documentation."""
    return HttpResponseRedirect("/api/docs")
