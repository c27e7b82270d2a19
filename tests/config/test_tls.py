"""Behind a proxy that ends TLS: who is sent on to it, and what browsers are told to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.test.client import ClientHandler

from config.settings import HSTS_SECONDS
from files.storage import set_up_storage
from server.envelope import security_headers

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.embedded

BY_TLS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def browser(db: None, settings: Settings) -> Client:
    """Start with settings as USE_TLS makes them, on a host that the operator has named."""
    set_up_storage()
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = HSTS_SECONDS
    settings.ALLOWED_HOSTS = ["cards.example"]
    browser = Client(headers={"Host": "cards.example"})
    # Middleware looks at settings when it is loaded.
    browser.handler = ClientHandler()
    return browser


def test_visitors_are_sent_on_to_tls(browser: Client) -> None:
    for path in ("/", "/api/docs", "/admin/login/", "/healthz/x"):
        response = browser.get(path)
        assert response.status_code == 301
        assert response["Location"] == f"https://cards.example{path}"


@pytest.mark.parametrize("host", ["cards.example", "10.0.3.7:8000", "holobase"])
def test_probes_are_answered_by_any_address_and_without_tls(browser: Client, host: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        response = browser.get(path, headers={"Host": host})
        assert response.status_code == 200, response.content


def test_other_hosts_are_nobody(browser: Client) -> None:
    assert browser.get("/", headers=BY_TLS | {"Host": "evil.example"}).status_code == 400


def test_browsers_are_told_to_stay_with_tls_for_a_day_and_here_alone(browser: Client) -> None:
    response = browser.get("/admin/login/", headers=BY_TLS)
    assert response.status_code == 200
    assert response["Strict-Transport-Security"] == "max-age=86400"
    assert security_headers()["Strict-Transport-Security"] == "max-age=86400"
    assert "Strict-Transport-Security" not in browser.get("/healthz")


def test_an_operator_can_have_browsers_remember_more(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    browser = Client(headers=BY_TLS)
    browser.handler = ClientHandler()
    expected = "max-age=31536000; includeSubDomains; preload"
    assert security_headers()["Strict-Transport-Security"] == expected
    assert "Strict-Transport-Security" not in browser.get("/nothing")
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert browser.get("/nothing")["Strict-Transport-Security"] == expected
