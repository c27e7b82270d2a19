"""Signing in by a provider, the whole way, against a real one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyotp

from tests.client import Api
from tests.users.social.apps import HOME, App, query_of
from users.models import AccountEvent, Identity, Session, User
from users.oauth.codes import challenge_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.users.social.conftest import Provider
    from tests.users.social.forger import Forger

DANA = {"email": "Dana@Example.com", "email_verified": True, "preferred_username": "Dana.K"}


def test_anyone_can_see_how_to_sign_in(anonymous: Persona) -> None:
    (listed,) = anonymous.api.get("auth/providers").json()
    assert listed == {
        "name": "mysso",
        "label": "My SSO",
        "authorize_url": "http://testserver/api/v1/auth/oauth/mysso/authorize",
    }


def test_a_newcomer_can_open_an_account_by_signing_in(app: App, provider: Provider) -> None:
    provider.knows("dana", **DANA)
    answer = app.sign_in(partial(provider.log_in, subject="dana"))
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    own = Api(answer.json()["access"]).get("users/me").json()
    assert own == answer.json()["user"]
    assert (own["username"], own["email"], own["is_verified"]) == (
        "Dana.K",
        "dana@example.com",
        True,
    )
    user = User.objects.get()
    assert not user.has_usable_password()
    assert Session.objects.get().method == "oauth:mysso"
    kinds = set(AccountEvent.objects.values_list("kind", flat=True))
    assert kinds == {"registered", "identity_linked", "signed_in"}


def test_a_member_who_comes_again_is_the_same_member(app: App, provider: Provider) -> None:
    provider.knows("dana", **DANA)
    first = app.sign_in(partial(provider.log_in, subject="dana")).json()
    # The provider's id of the account counts, not what else it says about it.
    provider.knows("dana", email="new@example.com", email_verified=False)
    again = App().sign_in(partial(provider.log_in, subject="dana")).json()
    assert again["user"]["id"] == first["user"]["id"]
    assert User.objects.count() == Identity.objects.count() == 1
    assert Identity.objects.get().last_used_at is not None


def test_a_member_can_sign_in_by_a_provider_with_the_same_verified_address(
    app: App, provider: Provider, alice: Persona
) -> None:
    provider.knows("alice-there", email="alice@example.com", email_verified=True)
    answer = app.sign_in(partial(provider.log_in, subject="alice-there"))
    assert answer.json()["user"]["id"] == alice.id
    (identity,) = alice.api.get("auth/identities").json()["results"]
    assert (identity["provider"], identity["email"]) == ("mysso", "alice@example.com")


def test_a_member_who_changes_their_mind_comes_back_with_that(app: App, provider: Provider) -> None:
    returned = app.come_back(provider.deny(app.departure()))
    answer = app.arrival(returned)
    assert answer["error"] == "access_denied"
    assert answer["error_description"]
    assert not User.objects.exists()


def test_a_mobile_app_can_be_come_back_to_by_its_own_scheme(app: App, provider: Provider) -> None:
    provider.knows("dana", **DANA)
    departure = app.departure(redirect_uri="holo://signed-in")
    returned = app.come_back(provider.log_in(departure, "dana"))
    assert returned["Location"].startswith("holo://signed-in?code=")
    code = query_of(returned["Location"])["code"]
    assert app.exchange(code, redirect_uri="holo://signed-in").status_code == 200


def test_an_app_keeps_the_parameters_of_its_address(app: App, provider: Provider) -> None:
    provider.knows("dana", **DANA)
    asked = f"{HOME}?next=%2Fcards"
    returned = app.come_back(provider.log_in(app.departure(redirect_uri=asked), "dana"))
    assert returned["Location"].startswith(f"{asked}&code=")
    assert query_of(returned["Location"])["next"] == "/cards"


def test_two_tabs_do_not_disturb_each_other(app: App, provider: Provider) -> None:
    provider.knows("dana", **DANA)
    first, second = app.departure(), app.departure()
    for departure in (first, second):
        returned = app.come_back(provider.log_in(departure, "dana"))
        assert app.exchange(app.arrival(returned)["code"]).status_code == 200


def test_the_provider_gets_a_state_a_nonce_and_a_challenge_of_ours(
    app: App, forger: Forger
) -> None:
    departure = app.departure("forger")
    asked = query_of(departure)
    assert departure.startswith(f"{forger.issuer}/login?")
    assert asked["redirect_uri"] == "http://testserver/api/v1/auth/oauth/forger/callback"
    assert asked["state"] != app.state
    assert (len(asked["state"]), len(asked["nonce"])) == (32, 64)
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] != challenge_of(app.verifier)
    app.come_back(forger.log_in(departure))
    assert challenge_of(forger.exchanged["code_verifier"]) == asked["code_challenge"]


def test_the_browser_is_known_by_a_cookie_that_pages_cannot_read(
    app: App, settings: Settings
) -> None:
    for address, is_secure in (("http://testserver", ""), ("https://api.example/holo", True)):
        settings.PUBLIC_URL = address
        (cookie,) = app.begin().cookies.values()
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 600
        assert cookie["secure"] == is_secure
    assert cookie["path"] == "/holo/api/v1/auth/oauth/"


def test_a_member_with_a_second_factor_is_asked_for_it(
    app: App, provider: Provider, alice: Persona
) -> None:
    started = alice.api.post("auth/totp")
    assert started.status_code == 200, started.content
    code = pyotp.TOTP(started.json()["secret"]).now()
    assert alice.api.post("auth/totp/confirm", {"code": code}).status_code == 200
    provider.knows("alice", email="alice@example.com", email_verified=True)
    answer = app.sign_in(partial(provider.log_in, subject="alice"))
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed")
    assert answer.json()["challenge"]


def test_the_app_is_told_when_the_provider_is_away(app: App, settings: Settings) -> None:
    settings.OAUTH_PROVIDERS["mysso"]["OIDC_ENDPOINT"] = "http://localhost:9"
    assert app.arrival(app.begin())["error"] == "temporarily_unavailable"
