"""The page at `/`: what is where on a server, for people, in their language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.client import Browser

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.embedded


def test_a_visitor_finds_everything_from_the_welcome_page(db: None, settings: Settings) -> None:
    settings.SITE_URL = settings.PUBLIC_URL = ""
    browser = Browser(raise_request_exception=False)
    page = browser.get("/", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Holobase</h1>" in text
    assert "Accept-Language" in page["Vary"]
    links = re.findall(r'href="([^"]+)"', text)
    assert {"/api/docs", "/api/schema", "/admin/", "/healthz", "/readyz"} <= set(links)
    for link in links:
        assert link.startswith("/"), "nothing leads elsewhere"
        found = browser.get(link.replace("&amp;", "&"), follow=True)
        # Nothing of a test is ready: no worker runs.
        assert found.status_code == 200 or link == "/readyz", link
    assert not re.search(r"https?://|<script|<img|<link", text)

    settings.SITE_URL = "https://cards.example"
    korean = browser.get("/", headers={"Accept-Language": "ko"}).content.decode()
    assert '<html lang="ko">' in korean
    assert "<h1>cards.example</h1>" in korean
    assert '<a href="https://cards.example">' in korean
    assert "Holobase 서버입니다" in korean
    assert "What is where" not in korean
    assert browser.post("/").status_code == 405
