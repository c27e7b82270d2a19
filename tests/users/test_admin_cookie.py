"""The cookie of the moderators in the admin: how it is made, and how long it is good."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.sessions.models import Session as AdminSession
from django.utils import timezone

from tests.client import Browser
from users.models import User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona

SECRET = "a correct horse 9"
LOGIN = "/admin/login/?next=/admin/"


def enter(name: str = "moderator", password: str = SECRET, browser: Browser | None = None) -> Any:
    return (browser or Browser()).post(LOGIN, {"username": name, "password": password})


@pytest.fixture
def browser(moderator: Persona) -> Browser:
    change_password(User.objects.get(pk=moderator.id), SECRET)
    browser = Browser()
    assert enter(browser=browser).status_code == 302
    return browser


def is_inside(browser: Browser) -> bool:
    return bool(browser.get("/admin/").status_code == 200)


def test_the_cookie_is_more_than_128_random_bits(browser: Browser) -> None:
    """32 letters and digits are 165 bits."""
    names = {browser.cookies["sessionid"].value}
    for _number in range(3):
        another = Browser()
        enter(browser=another)
        names.add(another.cookies["sessionid"].value)
    assert len(names) == 4
    assert all(re.fullmatch(r"[a-z0-9]{32}", name) for name in names)


def test_the_cookie_is_good_for_half_a_day_however_much_it_is_used(browser: Browser) -> None:
    ends = AdminSession.objects.get().expire_date
    assert timedelta(hours=11) < ends - timezone.now() <= timedelta(hours=12)
    assert browser.cookies["sessionid"]["max-age"] == 12 * 60 * 60
    for page in ("/admin/", "/admin/cards/card/", "/admin/users/user/"):
        assert browser.get(page).status_code == 200
    assert AdminSession.objects.get().expire_date == ends
    AdminSession.objects.update(expire_date=timezone.now())
    assert not is_inside(browser)


@pytest.mark.parametrize("page", ["/admin/", "/admin/cards/card/", "/admin/users/user/"])
def test_every_page_offers_to_sign_out(browser: Browser, page: str) -> None:
    assert 'action="/admin/logout/"' in browser.get(page).content.decode()


def test_one_place_cannot_try_many_names(browser: Browser, settings: Settings) -> None:
    """Each with a password of its own, as from a list that has leaked elsewhere."""
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"auth": "3/min"}
    said = [enter(f"name{number}", "wrong").context["form"].errors.as_data() for number in range(4)]
    codes = [[error.code for error in errors["__all__"]] for errors in said]
    assert codes == [["invalid_login"]] * 3 + [["throttled"]]
    held_up = enter()
    assert held_up.status_code == 200, "not even the right password tells it is right"
