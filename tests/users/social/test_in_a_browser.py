"""Signing in with a real Chromium: card site, provider, Holobase and back.

With `SCREENSHOT=docs/images/social-login.png` in the environment, its end is kept as a picture.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browsers import chromium
from tests.users.social.card_site import card_site
from users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer
    from selenium.webdriver import Chrome

    from tests.users.social.conftest import Provider

pytestmark = pytest.mark.embedded

SECONDS = 15
OPEN_A_POPUP = """
    window.heard = [];
    addEventListener("message", (event) => window.heard.push(event.data));
    window.popup = window.open(arguments[0], "victim", "popup");
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """Serve the card site beside Holobase; returns its origin."""
    settings.PUBLIC_URL = live_server.url
    with card_site(live_server.url) as origin:
        settings.OAUTH_REDIRECTS = [f"{origin}/"]
        yield origin


def wait(browser: Chrome, condition: Any) -> Any:
    return WebDriverWait(browser, SECONDS).until(condition)


def press(browser: Chrome, text: str) -> None:
    wait(browser, lambda b: b.find_element(By.XPATH, f"//button[.='{text}']")).click()


def log_in(browser: Chrome, subject: str) -> None:
    """Fill in the provider's form."""
    wait(browser, lambda b: b.find_element(By.NAME, "sub")).send_keys(subject)
    press(browser, "Authorize")


def status(browser: Chrome) -> str:
    """Wait until the card site knows how it went and return what it shows."""
    shown = wait(browser, lambda b: b.find_element(By.ID, "status"))
    wait(browser, lambda _b: shown.text != "Signed out")
    return f"{shown.text} {browser.find_element(By.ID, 'who').text}".strip()


@pytest.fixture
def dana(provider: Provider) -> str:
    claims = {"email": "dana@example.com", "email_verified": True, "preferred_username": "dana"}
    provider.knows("dana", **claims)
    return "dana"


def test_dana_can_sign_in_by_redirects(browser: Chrome, site: str, dana: str) -> None:
    browser.get(f"{site}/")
    press(browser, "Sign in with My SSO")
    log_in(browser, dana)
    assert status(browser) == "Signed in as dana"
    assert browser.current_url == f"{site}/"
    assert User.objects.get().email == "dana@example.com"
    assert browser.get_cookies() == []
    if os.environ.get("SCREENSHOT"):
        browser.save_screenshot(os.environ["SCREENSHOT"])


def test_dana_can_sign_in_in_a_popup(browser: Chrome, site: str, dana: str) -> None:
    browser.get(f"{site}/")
    page = browser.current_window_handle
    press(browser, "Sign in with My SSO in a pop-up")
    wait(browser, lambda b: len(b.window_handles) == 2)
    browser.switch_to.window(next(one for one in browser.window_handles if one != page))
    log_in(browser, dana)
    # It closes itself, having told the page.
    wait(browser, lambda b: b.window_handles == [page])
    browser.switch_to.window(page)
    assert status(browser) == "Signed in as dana"


def test_dana_can_change_her_mind(browser: Chrome, site: str, dana: str) -> None:
    browser.get(f"{site}/")
    press(browser, "Sign in with My SSO")
    press(browser, "Deny access")
    assert status(browser) == "Refused: access_denied"
    assert not User.objects.exists()


def test_mallorys_page_hears_nothing_from_the_popup_it_opens(
    browser: Chrome, site: str, dana: str, live_server: LiveServer
) -> None:
    """Her page can open the pop-up with the card site's address, but is not the card site."""
    with card_site(live_server.url) as evil:
        browser.get(f"{evil}/")
        page = browser.current_window_handle
        asked = f"redirect_uri={site}/&state=s&code_challenge={'c' * 43}&mode=popup"
        address = f"{live_server.url}/api/v1/auth/oauth/mysso/authorize?{asked}"
        browser.execute_script(OPEN_A_POPUP, f"{address}&code_challenge_method=S256")
        wait(browser, lambda b: len(b.window_handles) == 2)
        browser.switch_to.window(next(one for one in browser.window_handles if one != page))
        log_in(browser, dana)
        wait(browser, lambda b: b.window_handles == [page])
        browser.switch_to.window(page)
        assert browser.execute_script("return window.heard") == []
