"""Passwords are taken as they are sent, may be long, and stay good."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Api, Browser
from users.models import User
from users.services.accounts import change_password

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.users.conftest import Mailbox

SECRET = "  A correct Horse 9 "


@pytest.fixture
def dana(alice: Persona) -> User:
    user = User.objects.get(pk=alice.id)
    change_password(user, SECRET)
    return user


def sign_in(password: str) -> Any:
    return Api().post("auth/token", {"identity": "alice", "password": password})


@pytest.mark.parametrize(
    "like_it",
    [SECRET.strip(), SECRET.rstrip(), SECRET.lower(), SECRET.upper(), SECRET[:-2], f"{SECRET}x"],
)
def test_a_password_is_compared_letter_by_letter(dana: User, like_it: str) -> None:
    assert sign_in(like_it).json()["code"] == "wrong_credentials"
    assert sign_in(SECRET).status_code == 200


@pytest.mark.parametrize(("first", "then"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_password_is_the_same_from_every_keyboard(
    alice: Persona, settings: Settings, first: Any, then: Any
) -> None:
    settings.PASSWORD_HASHERS = ["users.passwords.QuietArgon2"]
    secret = "비밀번호는 Café 9"
    change_password(User.objects.get(pk=alice.id), normalize(first, secret))
    api = Api(sign_in(normalize(then, secret)).json()["access"])
    new = "새로운 비밀번호 étoile"
    sent = {"current": normalize(then, secret), "password": normalize(first, new)}
    assert api.post("auth/password-change", sent).status_code == 204
    assert sign_in(normalize(then, new)).status_code == 200


def test_a_passwords_length_is_counted_as_it_is_read(alice: Persona) -> None:
    api = Api(alice.token)
    change_password(User.objects.get(pk=alice.id), SECRET)
    long, short = normalize("NFD", "가나다라 " * 25), normalize("NFD", "각각각")
    for password, status in ((long, 204), (short, 400)):
        current = SECRET if password == long else long
        sent = {"current": current, "password": password}
        api = Api(sign_in(current).json()["access"])
        assert api.post("auth/password-change", sent).status_code == status


@pytest.mark.parametrize("length", [64, 128])
def test_a_password_may_be_long_and_every_letter_counts(dana: User, length: int) -> None:
    api = Api(sign_in(SECRET).json()["access"])
    long = ("long horse " * 12)[:length]
    changed = api.post("auth/password-change", {"current": SECRET, "password": long})
    assert changed.status_code == 204, changed.content
    assert sign_in(long).status_code == 200
    assert sign_in(long[:-1]).status_code == 401
    assert sign_in(f"{long}x").status_code in (400, 401)


def test_a_password_that_is_too_long_is_refused_and_not_cut(dana: User) -> None:
    api = Api(sign_in(SECRET).json()["access"])
    sent = {"current": SECRET, "password": "long horse " * 12}
    assert api.post("auth/password-change", sent).json()["errors"][0]["code"] == "max_length"
    assert sign_in(SECRET).status_code == 200


def test_a_page_takes_no_longer_password_than_the_sign_in_does(
    mailbox: Mailbox, alice: Persona
) -> None:
    Api().post("auth/password-reset", {"email": "alice@example.com"})
    page = f"/account/reset?{urlencode({'token': mailbox.token('alice@example.com')})}"
    for length, is_taken in ((129, False), (128, True)):
        long = ("long horse " * 12)[:length]
        Browser().post(page, {"new_password1": long, "new_password2": long})
        assert (sign_in(long).status_code == 200) is is_taken


@pytest.mark.parametrize("left_out", ["current", "password"])
def test_another_password_needs_the_present_one_and_the_new_one(dana: User, left_out: str) -> None:
    api = Api(sign_in(SECRET).json()["access"])
    sent = {"current": SECRET, "password": "a better horse 10"}
    del sent[left_out]
    refused = api.post("auth/password-change", sent)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, left_out)
    assert sign_in(SECRET).status_code == 200


def test_a_password_stays_good_however_old_it_is(dana: User) -> None:
    long_ago = timezone.now() - timedelta(days=3650)
    changes.update(dana, by=SYSTEM, created_at=long_ago)
    User.objects.filter(pk=dana.pk).update(last_login=long_ago)
    assert sign_in(SECRET).status_code == 200


def test_thousands_of_common_passwords_are_known_that_are_long_enough() -> None:
    known = CommonPasswordValidator().passwords
    assert len([password for password in known if len(password) >= 8]) > 3000


@pytest.mark.parametrize(
    "page", ["/admin/login/", "/admin/password_change/", "/account/reset?token=x"]
)
def test_what_is_typed_is_masked_and_password_managers_are_welcome(
    moderator: Persona, page: str
) -> None:
    browser = Browser()
    if "change" in page:
        assert moderator.user is not None
        browser.force_login(moderator.user)
    shown = browser.get(page).content.decode()
    fields = re.findall(r'<input[^>]*name="\w*password\w*"[^>]*>', shown)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert not re.search(r"onpaste|readonly|maxlength", field)
