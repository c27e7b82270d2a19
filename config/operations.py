"""What operators and lost visitors get: health, readiness, the front page, errors."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from config.readiness import report
from config.site_metrics import SITE
from resources.errors import Problem, not_signed_in
from server.process_metrics import gathered

BY_PROXY = ("x-forwarded", "forwarded", "x-real-ip", "via")


def alive(_request: HttpRequest) -> HttpResponse:
    """Tell that the process answers."""
    return HttpResponse(b'{"status":"ok"}', content_type="application/json")


def ready(_request: HttpRequest) -> HttpResponse:
    """Return whether every part can be reached (503 when one can't that this process needs)."""
    said = report()
    status = 503 if said["status"] == "unavailable" else 200
    return HttpResponse(orjson.dumps(said), status=status, content_type="application/json")


def metrics(request: HttpRequest) -> HttpResponse:
    """Export numbers for Prometheus to whoever has METRICS_TOKEN; if none is set, to this machine.

    They are those of all processes of this server, and those of the site.

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
    exported = gathered() + generate_latest(SITE).decode()
    return HttpResponse(exported, content_type=CONTENT_TYPE_LATEST)


def _is_by_proxy(request: HttpRequest) -> bool:
    return any(name.lower().startswith(BY_PROXY) for name in request.headers)


def _is_loopback(address: str) -> bool:
    try:
        given = ip_address(address)
    except ValueError:
        return False
    return (getattr(given, "ipv4_mapped", None) or given).is_loopback


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Show what is where on this server."""
    name = urlsplit(settings.SITE_URL or settings.PUBLIC_URL).netloc or "Holobase"
    return render(request, "config/welcome.html", {"name": name, "site": settings.SITE_URL})
