"""The admin, the documentation and the pages behind mails in a real Chromium, under their policies.

A violation of a Content Security Policy is an error in the browser's console: there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.hashers import make_password
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from resources import changes
from resources.actors import SYSTEM
from tests.browsers import chromium
from tests.client import Browser
from tests.personas import new_member
from users.models import Purpose, User
from users.services.proofs import ask_for_proof, issue_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.live_server_helper import LiveServer
    from selenium.webdriver import Chrome

    from tests.personas import Persona

pytestmark = pytest.mark.embedded

SECONDS = 60
SECRET = "a correct horse 9"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def operator(live_server: LiveServer, browser: Chrome) -> Persona:
    """Sign an operator in by the admin's form."""
    admin = new_member("admin", roles=["admin", "moderator"])
    assert admin.user is not None
    changes.update(admin.user, by=SYSTEM, is_superuser=True, password=make_password(SECRET))
    browser.delete_all_cookies()
    browser.get(f"{live_server.url}/admin/login/?next=/admin/")
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys(SECRET)
    browser.find_element(By.CSS_SELECTOR, "#login-form button").click()
    wait(browser, lambda b: b.current_url.endswith("/admin/"))
    return admin


def wait(browser: Chrome, condition: Any) -> Any:
    return WebDriverWait(browser, SECONDS).until(condition)


def complaints(browser: Chrome) -> list[str]:
    """Return the errors in the console since it was last looked at."""
    driver: Any = browser
    log: list[dict[str, str]] = driver.get_log("browser")
    severe = [entry["message"] for entry in log if entry["level"] == "SEVERE"]
    # Browsers ask for an icon by themselves.
    return [message for message in severe if "/favicon.ico" not in message]


def test_the_admin_works_under_its_policy(
    operator: Persona, live_server: LiveServer, browser: Chrome
) -> None:
    card = operator.creates("cards", title="Dragon", status="published")
    for path in (
        "",
        "cards/card/",
        f"cards/card/{card['id']}/change/",
        f"cards/card/{card['id']}/delete/",
        "cards/card/add/",
        "users/user/",
        f"users/user/{operator.id}/change/",
        "password_change/",
        "resources/change/",
    ):
        browser.get(f"{live_server.url}/admin/{path}")
        wait(browser, lambda b: b.execute_script("return Boolean(window.Alpine)"))
        assert complaints(browser) == [], path


def test_a_card_can_be_changed_in_the_admin(
    operator: Persona, live_server: LiveServer, browser: Chrome
) -> None:
    card = operator.creates("cards", title="Dragon")
    browser.get(f"{live_server.url}/admin/cards/card/{card['id']}/change/")
    title = wait(browser, lambda b: b.find_element(By.NAME, "title"))
    title.clear()
    title.send_keys("Moth")
    button = browser.find_element(By.NAME, "_save")
    browser.execute_script("arguments[0].click()", button)
    wait(browser, lambda b: b.current_url.endswith("/admin/cards/card/"))
    assert complaints(browser) == []
    assert operator.api.get(f"cards/{card['id']}").json()["title"] == "Moth"


def test_the_documentation_lists_operations(live_server: LiveServer, browser: Chrome) -> None:
    browser.get(f"{live_server.url}/api/docs")
    # More are drawn as they are scrolled to.
    wait(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".opblock")) > 2)
    assert complaints(browser) == []


def test_a_page_behind_a_mail_works_under_its_policy(
    live_server: LiveServer, browser: Chrome
) -> None:
    alice = new_member("alice", is_verified=False)
    _code, token = issue_code(ask_for_proof(Purpose.VERIFY, "alice@example.com"))
    browser.get(f"{live_server.url}/account/verify?token={token}")
    button = wait(browser, lambda b: b.find_element(By.CSS_SELECTOR, "main button"))
    assert button.value_of_css_property("background-color") == "rgba(124, 58, 237, 1)"
    button.click()
    wait(browser, lambda b: not b.find_elements(By.CSS_SELECTOR, "main button"))
    assert complaints(browser) == []
    assert User.objects.get(pk=alice.id).is_verified


def test_no_policy_lets_scripts_stand_in_a_page(moderator: Persona) -> None:
    browser = Browser()
    assert moderator.user is not None
    browser.force_login(moderator.user)
    own = ("/", "/api/docs", "/account/verify")
    for path in ("/admin/", "/admin/login/", "/admin/cards/card/", *own):
        policy = browser.get(path).headers["Content-Security-Policy"]
        directives = dict(each.split(" ", 1) for each in policy.split("; "))
        assert directives["default-src"] == "'none'"
        assert "'unsafe-inline'" not in directives.get("script-src", "")
        assert directives["frame-ancestors"] == "'none'"
    assert "Content-Security-Policy" not in browser.get("/api/v1/cards").headers
