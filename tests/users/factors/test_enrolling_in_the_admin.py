"""Staff without a second factor turn one on before they do anything else in the admin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from config.settings import REQUIRE_STAFF_2FA
from tests.client import Browser
from tests.users.factors.ways_in import SECRET, Clock, give_password
from users.models import RecoveryCode, Totp

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.personas import Persona

LOGIN, ENROLMENT = "/admin/login/?next=/admin/", "/admin/second-factor/"
SHOWN_SECRET = re.compile(r'id="secret"[^>]*>([A-Z2-7 ]+)<')
SHOWN_CODES = re.compile(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4})+)</li>")


@pytest.fixture
def browser(moderator: Persona, settings: Settings, clock: Clock) -> Browser:
    """Sign a moderator in to the admin of an installation that asks for second factors."""
    settings.REQUIRE_STAFF_2FA = True
    give_password(moderator)
    browser = Browser()
    assert enter(browser).status_code == 302
    return browser


def enter(browser: Browser, **sent: str) -> Any:
    return browser.post(LOGIN, {"username": "moderator", "password": SECRET, **sent})


def secret_on(page: Response) -> str:
    match = SHOWN_SECRET.search(page.content.decode())
    assert match is not None
    return match[1].replace(" ", "")


def code_of(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(int(clock.now))


@pytest.mark.parametrize("path", ["/admin/", "/admin/cards/card/", "/admin/password_change/"])
def test_a_moderator_without_one_is_led_to_the_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, ENROLMENT)
    assert browser.post(path, {}).headers["Location"] == ENROLMENT


def test_a_moderator_turns_it_on_and_sees_the_recovery_codes_once(
    browser: Browser, moderator: Persona, clock: Clock
) -> None:
    secret = secret_on(browser.get(ENROLMENT))
    sent = {"password": SECRET, "code": code_of(secret, clock)}
    done: Any = browser.post(ENROLMENT, sent)
    codes = SHOWN_CODES.findall(done.content.decode())
    assert len(codes) == RecoveryCode.objects.filter(user_id=moderator.id).count() == 10
    assert "no-store" in done.headers["Cache-Control"]
    assert browser.get("/admin/").status_code == 200
    again = browser.get(ENROLMENT)
    assert (again.status_code, again.headers["Location"]) == (302, "/admin/")
    other = Browser()
    assert "Enter the code" in enter(other).content.decode()
    assert enter(other, code=codes[0]).status_code == 302


def test_the_secret_stays_until_a_code_confirms_it(
    browser: Browser, moderator: Persona, clock: Clock
) -> None:
    secret = secret_on(browser.get(ENROLMENT))
    right = code_of(secret, clock)
    wrong_password = browser.post(ENROLMENT, {"password": "guessed", "code": right})
    wrong_code = browser.post(ENROLMENT, {"password": SECRET, "code": "x"})
    assert "This is not it." in wrong_password.content.decode()
    assert "This code is not right." in wrong_code.content.decode()
    assert secret_on(wrong_password) == secret_on(wrong_code) == secret
    assert Totp.objects.get(user_id=moderator.id).confirmed_at is None
    assert browser.get("/admin/").status_code == 302


def test_the_page_speaks_the_readers_language(browser: Browser) -> None:
    page = browser.get(ENROLMENT, headers={"Accept-Language": "ko"}).content.decode()
    assert "운영진은 2단계 인증이 필요합니다." in page
    assert "인증 앱의 코드" in page


def test_signing_out_needs_no_second_factor(browser: Browser) -> None:
    assert browser.post("/admin/logout/").status_code == 200


def test_nobody_else_is_led_anywhere(browser: Browser, bob: Persona) -> None:
    assert Browser().get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert Browser().get(ENROLMENT).status_code == 302
    assert bob.api.get("users/me").status_code == 200
    stranger = Browser()
    assert bob.user is not None
    stranger.force_login(bob.user)
    assert "second-factor" not in stranger.get("/admin/").headers.get("Location", "")


def test_on_this_machine_nobody_is_asked(moderator: Persona) -> None:
    assert REQUIRE_STAFF_2FA is False
    give_password(moderator)
    browser = Browser()
    enter(browser)
    assert browser.get("/admin/").status_code == 200
