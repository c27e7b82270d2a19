"""Signing in to the admin: no way round the second factor, the limits or a bar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.client import Browser
from tests.users.conftest import IMMEDIATELY
from tests.users.factors.ways_in import (
    SECRET,
    App,
    Clock,
    challenge_of,
    give_password,
    show_code,
    sign_in,
    turn_on_app,
)
from users.models import AccountEvent, EventKind, User
from users.services.accounts import change_password
from users.services.sessions import end_sessions

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.personas import Persona

LOGIN = "/admin/login/?next=/admin/"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def password(moderator: Persona) -> None:
    give_password(moderator)


@pytest.fixture
def browser() -> Browser:
    return Browser(HTTP_USER_AGENT=AGENT)


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    assert enter(browser).status_code == 302
    assert is_inside(browser)
    return browser


def enter(browser: Browser, name: str = "moderator", **sent: str) -> Any:
    return browser.post(LOGIN, {"username": name, "password": SECRET} | sent)


def is_inside(browser: Browser) -> bool:
    return browser.get("/admin/").status_code == 200


def told(answer: Response) -> set[str]:
    """Return the codes of what the form says, refusing."""
    assert answer.status_code == 200
    errors = answer.context["form"].errors.as_data().values()
    return {error.code for listed in errors for error in listed}


def row(persona: Persona) -> User:
    assert persona.user is not None
    return User.objects.get(pk=persona.user.pk)


def test_a_moderator_can_sign_in(moderator: Persona, browser: Browser) -> None:
    assert enter(browser).headers["Location"] == "/admin/"
    assert is_inside(browser)
    event = AccountEvent.objects.get(kind=EventKind.SIGNED_IN, session=None)
    assert (event.user, event.detail) == (moderator.user, {"method": "admin"})
    assert (event.device, event.address) == ("Firefox on Linux", "127.0.0.1")


def test_a_moderator_can_sign_in_by_address(moderator: Persona, browser: Browser) -> None:
    page = browser.get(LOGIN).content.decode()
    assert 'maxlength="254"' in page
    assert enter(browser, "moderator@example.com").status_code == 302


def test_the_page_asks_for_a_code(browser: Browser) -> None:
    page = browser.get(LOGIN).content.decode()
    assert 'name="code"' in page
    assert 'autocomplete="one-time-code"' in page
    assert "csrfmiddlewaretoken" in page


def test_with_an_app_the_password_is_not_enough(
    moderator: Persona, clock: Clock, browser: Browser
) -> None:
    app = turn_on_app(moderator, clock)
    refused = enter(browser)
    assert told(refused) == {"second_factor_needed"}
    assert "Enter the code of your second factor." in refused.content.decode()
    assert told(enter(browser, code=app.wrong_code())) == {"wrong_code"}
    assert told(enter(browser, password="wrong", code=app.next_code())) == {"invalid_login"}
    assert not is_inside(browser)
    assert enter(browser, code=app.next_code()).status_code == 302
    assert is_inside(browser)


def test_a_code_works_once_for_api_and_admin_together(
    moderator: Persona, clock: Clock, browser: Browser
) -> None:
    app = turn_on_app(moderator, clock)
    code = app.next_code()
    assert show_code(challenge_of("moderator"), code).status_code == 200
    assert told(enter(browser, code=code)) == {"wrong_code"}
    assert enter(browser, code=app.recovery_codes[0]).status_code == 302


def test_guessing_codes_is_held_up(moderator: Persona, clock: Clock, browser: Browser) -> None:
    app = turn_on_app(moderator, clock)
    for _number in range(5):
        assert told(enter(browser, code=app.wrong_code())) == {"wrong_code"}
    assert told(enter(browser, code=app.next_code())) == {"throttled"}
    assert show_code(challenge_of("moderator"), app.next_code()).status_code == 429


def test_guessing_passwords_is_held_up(
    moderator: Persona, browser: Browser, settings: Settings
) -> None:
    settings.TASKS = IMMEDIATELY
    for _number in range(5):
        assert told(enter(browser, password="wrong")) == {"invalid_login"}
    assert told(enter(browser)) == {"throttled"}
    assert sign_in("moderator").status_code == 429
    assert not is_inside(browser)
    failures = AccountEvent.objects.filter(kind=EventKind.SIGN_IN_FAILED, user=moderator.user)
    assert failures.count() == 5


def test_a_member_without_a_role_cannot_enter(alice: Persona, browser: Browser) -> None:
    give_password(alice)
    assert told(enter(browser, "alice")) == {"invalid_login"}
    assert not is_inside(browser)
    assert not AccountEvent.objects.filter(kind=EventKind.SIGNED_IN, session=None).exists()


def test_a_member_without_a_password_cannot_enter(admin: Persona, browser: Browser) -> None:
    for password in ("!", "", SECRET):
        assert told(enter(browser, "admin", password=password)) <= {"invalid_login", "required"}
    assert not is_inside(browser)


def test_a_barred_moderator_cannot_enter(moderator: Persona, browser: Browser) -> None:
    changes.update(row(moderator), by=SYSTEM, barred_until=timezone.now() + timedelta(days=1))
    assert told(enter(browser)) == {"barred"}
    assert not is_inside(browser)
    assert sign_in("moderator").json()["code"] == "barred"


def test_a_moderator_who_is_barred_cannot_stay(moderator: Persona, signed_in: Browser) -> None:
    changes.update(row(moderator), by=SYSTEM, barred_until=timezone.now() + timedelta(days=1))
    assert not is_inside(signed_in)
    changes.update(row(moderator), by=SYSTEM, barred_until=timezone.now() - timedelta(seconds=1))
    assert is_inside(signed_in)


def test_a_moderator_whose_account_is_closed_cannot_stay(
    moderator: Persona, signed_in: Browser
) -> None:
    changes.update(row(moderator), by=SYSTEM, is_active=False)
    assert not is_inside(signed_in)


def test_a_moderator_whose_role_is_taken_cannot_stay(
    moderator: Persona, signed_in: Browser
) -> None:
    row(moderator).groups.remove(Group.objects.get(name="moderator"))
    changes.update(row(moderator), by=SYSTEM, is_staff=False)
    assert not is_inside(signed_in)


def test_a_changed_password_ends_the_cookie(moderator: Persona, signed_in: Browser) -> None:
    change_password(row(moderator), "another horse 9")
    assert not is_inside(signed_in)


def test_the_api_can_end_the_cookie(moderator: Persona, signed_in: Browser) -> None:
    assert moderator.api.post("auth/logout", {"everywhere": True}).status_code == 204
    assert not is_inside(signed_in)


def test_ending_all_sessions_ends_the_cookie(moderator: Persona, signed_in: Browser) -> None:
    end_sessions(row(moderator), by=SYSTEM)
    assert not is_inside(signed_in)


def test_the_cookie_of_before_is_not_the_cookie_of_after(browser: Browser) -> None:
    session = browser.session
    session["planted"] = "by a stranger"
    session.save()
    planted = session.session_key
    assert enter(browser).status_code == 302
    assert browser.session.session_key != planted
    thief = Browser()
    thief.cookies["sessionid"] = str(planted)
    assert not is_inside(thief)


def test_somebody_else_at_the_same_browser_gets_a_cookie_of_their_own(
    signed_in: Browser, admin: Persona
) -> None:
    give_password(admin)
    first = signed_in.session.session_key
    assert enter(signed_in, "admin").status_code == 302
    assert signed_in.session.session_key != first
    thief = Browser()
    thief.cookies["sessionid"] = str(first)
    assert not is_inside(thief)


def test_signing_out_ends_the_cookie(signed_in: Browser) -> None:
    key = signed_in.session.session_key
    assert signed_in.post("/admin/logout/").status_code == 200
    thief = Browser()
    thief.cookies["sessionid"] = str(key)
    assert not is_inside(thief)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(signed_in: Browser) -> None:
    cookie = signed_in.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_another_site_cannot_sign_anybody_in(moderator: Persona) -> None:
    browser = Browser(enforce_csrf_checks=True)
    assert enter(browser).status_code == 403
    assert not is_inside(browser)
    token = browser.get(LOGIN).context["csrf_token"]
    assert enter(browser, csrfmiddlewaretoken=str(token)).status_code == 302
    assert is_inside(browser)


@pytest.mark.parametrize("form", ["change", "delete", "add", "password"])
def test_another_site_cannot_change_anything(moderator: Persona, alice: Persona, form: str) -> None:
    card = alice.creates("cards", title="Dragon")
    addresses = {
        "change": f"/admin/cards/card/{card['id']}/change/",
        "delete": f"/admin/cards/card/{card['id']}/delete/",
        "add": "/admin/cards/card/add/",
        "password": "/admin/password_change/",
    }
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(row(moderator))
    sent = {"title": "Hacked", "post": "yes", "old_password": SECRET}
    assert browser.get(addresses[form]).status_code == 200
    assert browser.post(addresses[form], sent).status_code == 403
    assert alice.api.get(f"cards/{card['id']}").json()["title"] == "Dragon"


def test_alices_app_is_not_asked_for_at_the_moderators_sign_in(
    alice: Persona, app: App, browser: Browser
) -> None:
    assert enter(browser).status_code == 302
