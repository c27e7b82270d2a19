"""How the server is seen from outside: addresses, TLS, proxies, hosts, staff, push."""

from __future__ import annotations

import re
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext_lazy as _

from config.doctor.setup_check import CheckOutcome, SetupCheck, expect, ok, warn
from config.providers import LOOPBACK

SECONDS = 3.0


def is_local() -> bool:
    """Return whether the site is for this machine alone, as when it is tried out."""
    return urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK


def public_address() -> CheckOutcome:
    """Look whether clients elsewhere are told an address that they can reach."""
    return expect(settings.PUBLIC_URL, unless_warn=not is_local())


def front_door() -> CheckOutcome | None:
    """Ask the site by its public address, through whatever stands before it."""
    if is_local():
        return None
    address = f"{settings.PUBLIC_URL}/healthz"
    try:
        with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - of the settings
            return expect(f"{answer.status} {address}", unless_warn=answer.status == 200)
    except HTTPError as refusal:
        with refusal:
            return warn(f"{refusal.code} {address}")
    except URLError as failure:
        return warn(f"{failure.reason} {address}")


def tls() -> CheckOutcome:
    """Look whether TLS is used and known of."""
    if is_local():
        return ok(settings.PUBLIC_URL)
    is_public_tls = settings.PUBLIC_URL.startswith("https:")
    return expect(
        f"PUBLIC_URL={settings.PUBLIC_URL}, USE_TLS={str(settings.USE_TLS).lower()}",
        unless_fail=is_public_tls,
        unless_warn=settings.USE_TLS,
    )


def proxies() -> CheckOutcome:
    """Look whether the proxy that ends TLS is counted: without, all clients have its address."""
    return expect(
        f"PROXIES={settings.PROXIES}, USE_TLS={str(settings.USE_TLS).lower()}",
        unless_fail=not settings.USE_TLS or settings.PROXIES > 0,
    )


def host_names() -> CheckOutcome:
    """Look whether the site answers by its own name, and by which others."""
    hosts = settings.ALLOWED_HOSTS
    own = urlsplit(settings.PUBLIC_URL).hostname or ""
    return expect(
        f"ALLOWED_HOSTS={','.join(hosts)}",
        unless_fail=is_local() or validate_host(own, hosts),
        unless_warn=is_local() or "*" not in hosts,
    )


def second_factor() -> CheckOutcome:
    """Look whether staff need a second factor."""
    is_on = settings.REQUIRE_STAFF_2FA
    return expect(f"REQUIRE_STAFF_2FA={str(is_on).lower()}", unless_warn=is_on or is_local())


def metrics() -> CheckOutcome:
    """Look who can read the numbers."""
    has_token = bool(settings.METRICS_TOKEN)
    return expect(
        "METRICS_TOKEN" if has_token else "127.0.0.1, ::1", unless_warn=has_token or is_local()
    )


def push_contact() -> CheckOutcome:
    """Look whether push services can reach the operator."""
    host = re.split("[@/]", settings.VAPID_SUBJECT)[-1]
    return expect(settings.VAPID_SUBJECT, unless_warn="." in host or is_local())


CHECKS = (
    SetupCheck(
        "public_address",
        _("Public address"),
        _("Links in mails, sign-in callbacks and the issuer of tokens are made of it."),
        _("Set PUBLIC_URL to where clients reach the site: https://api.example.com."),
        public_address,
    ),
    SetupCheck(
        "front_door",
        _("The way in from outside"),
        _("What the proxy does not pass on, clients never get."),
        _("Look at DNS, the certificate and the proxy: /healthz must be answered with 200."),
        front_door,
    ),
    SetupCheck(
        "tls",
        _("Encryption by TLS"),
        _("Without it passwords and tokens can be read on the way, and cookies stolen."),
        _("Put Caddy or nginx in front, give PUBLIC_URL https:// and set USE_TLS=true."),
        tls,
    ),
    SetupCheck(
        "proxies",
        _("Proxies in front"),
        _("Uncounted, all members share the proxy's address, and so one limit."),
        _("Set PROXIES to how many add to X-Forwarded-For, usually 1."),
        proxies,
    ),
    SetupCheck(
        "host_names",
        _("Host names"),
        _("Links made from a name that a client chose can lead elsewhere."),
        _("Set ALLOWED_HOSTS to the names of the site, that of PUBLIC_URL among them."),
        host_names,
    ),
    SetupCheck(
        "second_factor",
        _("Second factor of staff"),
        _("A moderator's password alone opens every member's data."),
        _("Set REQUIRE_STAFF_2FA=true."),
        second_factor,
    ),
    SetupCheck(
        "metrics",
        _("Readers of the metrics"),
        _("Without a token Prometheus can read them on this machine only."),
        _("Set METRICS_TOKEN (openssl rand -hex 32), and credentials_file in Prometheus."),
        metrics,
    ),
    SetupCheck(
        "push_contact",
        _("Contact for push services"),
        _("Apple's refuses every message of a server without a real one."),
        _("Set VAPID_SUBJECT to mailto: or https: and an address of yours."),
        push_contact,
    ),
)
