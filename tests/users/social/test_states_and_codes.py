"""States, codes and verifiers: good once, for the browser and the app they were made for."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from resources import changes
from resources.actors import SYSTEM
from tests.users.social.apps import AUTH, HOME, App, query_of
from users.models import Session, User
from users.oauth import codes

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.users.social.conftest import Provider


@pytest.fixture
def back(app: App, provider: Provider) -> str:
    """Return the address by which the provider sends dana's browser back."""
    provider.knows("dana", email="dana@example.com", email_verified=True)
    return provider.log_in(app.departure(), "dana")


@pytest.fixture
def code(app: App, back: str) -> str:
    """Return the code that the app gets for dana."""
    return app.arrival(app.come_back(back))["code"]


def refused(response: Response) -> None:
    """Nobody was sent anywhere, nor signed in."""
    assert (response.status_code, response.json()["code"]) == (400, "invalid_state")
    assert "Location" not in response
    assert not User.objects.exists()


def test_an_answer_with_another_state_is_refused(app: App, back: str) -> None:
    state = query_of(back)["state"]
    refused(app.come_back(back.replace(state, "x" * len(state))))


def test_an_answer_without_a_state_is_refused(app: App, back: str) -> None:
    refused(app.come_back(back.partition("?")[0] + f"?code={query_of(back)['code']}"))


def test_an_answer_in_another_browser_is_refused(app: App, back: str, other_browser: App) -> None:
    """Mallory slips the answer to her own sign-in to dana, who would be signed in as Mallory."""
    refused(other_browser.come_back(back))
    other_browser.departure()
    refused(other_browser.come_back(back))
    # And it was not used up by that.
    assert app.arrival(app.come_back(back))["code"]


def test_an_answer_to_another_provider_is_refused(app: App, back: str, settings: Settings) -> None:
    settings.OAUTH_PROVIDERS["twin"] = settings.OAUTH_PROVIDERS["mysso"]
    refused(app.come_back(back.replace("/mysso/", "/twin/")))


def test_an_answer_cannot_be_given_twice(app: App, back: str) -> None:
    cookies = dict(app.browser.cookies)
    assert app.come_back(back).status_code == 302
    again = app.come_back(back)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_state")
    app.browser.cookies.load({name: cookie.value for name, cookie in cookies.items()})
    assert app.come_back(back).json()["code"] == "invalid_state"


def test_an_answer_that_comes_too_late_is_refused(app: App, back: str) -> None:
    cache.clear()
    refused(app.come_back(back))


def test_only_apple_may_answer_by_a_form(app: App, back: str) -> None:
    form = query_of(back)
    response = app.browser.post(f"{AUTH}/oauth/mysso/callback", form)
    assert response.status_code in (405, 415)
    assert not User.objects.exists()


def test_a_code_cannot_be_traded_in_twice(app: App, code: str) -> None:
    assert app.exchange(code).status_code == 200
    again = app.exchange(code)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_grant")
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "v" * 43},
        {"redirect_uri": "https://cards.example/elsewhere"},
        {"redirect_uri": f"{HOME}/"},
        {"redirect_uri": "holo://signed-in"},
        {"provider": "twin"},
    ],
    ids=str,
)
def test_a_stolen_code_is_worth_nothing_and_spent_by_trying(
    app: App, code: str, changed: dict[str, str], settings: Settings
) -> None:
    settings.OAUTH_PROVIDERS["twin"] = settings.OAUTH_PROVIDERS["mysso"]
    wrong = app.exchange(code, **changed)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_grant")
    right = app.exchange(code)
    assert (right.status_code, right.json()["code"]) == (400, "invalid_grant")
    assert not Session.objects.exists()


@pytest.mark.parametrize("verifier", ["", "short", "v" * 129, "v" * 42 + "!", "v" * 43 + "\n"])
def test_a_verifier_has_the_form_of_one(app: App, code: str, verifier: str) -> None:
    wrong = app.exchange(code, code_verifier=verifier)
    assert wrong.json()["errors"][0]["field"] == "code_verifier"


def test_the_challenge_itself_is_no_verifier(app: App, code: str) -> None:
    """`plain` by the back door: whoever sees the request knows the challenge."""
    challenge = app.request()["code_challenge"]
    assert app.exchange(code, code_verifier=challenge).json()["code"] == "invalid_grant"


def test_a_code_lasts_a_minute(app: App, back: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes.SECONDS == 60
    monkeypatch.setattr(codes, "SECONDS", 1)
    code = app.arrival(app.come_back(back))["code"]
    sleep(1.1)
    assert app.exchange(code).json()["code"] == "invalid_grant"


def test_an_account_that_is_closed_meanwhile_stays_closed(app: App, code: str) -> None:
    changes.update(User.objects.get(), by=SYSTEM, is_active=False)
    assert app.exchange(code).json()["code"] == "invalid_grant"
