"""Linking accounts elsewhere to one's own, and not to anybody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from resources import changes
from resources.actors import SYSTEM
from tests.users.social.apps import App, query_of
from users.models import AccountEvent, Identity, Session

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.personas import Persona
    from tests.users.social.conftest import Provider


def ask(member: Persona, app: App, **changed: str) -> Any:
    return member.api.post("auth/oauth/mysso/link", app.request(**changed))


def code_for(member: Persona, app: App, provider: Provider, subject: str = "dana") -> str:
    """Go through the provider to link `subject` to a member; returns the code."""
    asked = ask(member, app)
    assert asked.status_code == 200, asked.content
    begun = open_link(app, asked.json()["url"])
    returned = app.come_back(provider.log_in(begun["Location"], subject))
    return app.arrival(returned)["code"]


def open_link(app: App, address: str) -> Any:
    parts = urlsplit(address)
    return app.browser.get(f"{parts.path}?{parts.query}")


def linked(member: Persona) -> list[str]:
    return [one["provider"] for one in member.api.get("auth/identities").json()["results"]]


def test_alice_can_link_an_account_and_sign_in_by_it(
    alice: Persona, app: App, provider: Provider
) -> None:
    # An address is not needed: the member is known.
    provider.knows("dana", email="whoever@example.com")
    code = code_for(alice, app, provider)
    assert linked(alice) == []
    answer = app.exchange(code)
    assert (answer.status_code, answer.content) == (204, b"")
    assert linked(alice) == ["mysso"]
    assert AccountEvent.objects.get(kind="identity_linked").detail == {"provider": "mysso"}
    signed_in = App().sign_in(lambda address: provider.log_in(address, "dana"))
    assert signed_in.json()["user"]["id"] == alice.id


def test_alice_can_link_twice_what_is_hers(alice: Persona, app: App, provider: Provider) -> None:
    for _time in range(2):
        assert app.exchange(code_for(alice, app, provider)).status_code == 204
    assert linked(alice) == ["mysso"]


def test_bob_cannot_link_what_is_alices(
    alice: Persona, bob: Persona, app: App, provider: Provider
) -> None:
    assert app.exchange(code_for(alice, app, provider)).status_code == 204
    answer = app.exchange(code_for(bob, app, provider))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert (linked(alice), linked(bob)) == (["mysso"], [])


def test_mallory_cannot_have_alice_link_her_account_to_mallorys(
    bob: Persona, app: App, other_browser: App, provider: Provider
) -> None:
    """Bob, as Mallory, sends alice the address; her app does not know his state and verifier."""
    address = ask(bob, app).json()["url"]
    begun = open_link(other_browser, address)
    returned = other_browser.come_back(provider.log_in(begun["Location"], "alice-there"))
    answer = query_of(returned["Location"])
    assert answer["state"] != other_browser.state
    assert other_browser.exchange(answer["code"]).json()["code"] == "invalid_grant"
    assert not Identity.objects.exists()


def test_a_link_can_be_opened_once_and_at_its_provider(
    alice: Persona, app: App, settings: Settings
) -> None:
    settings.OAUTH_PROVIDERS["twin"] = settings.OAUTH_PROVIDERS["mysso"]
    address = ask(alice, app).json()["url"]
    assert open_link(app, address.replace("mysso", "twin")).status_code == 400
    address = ask(alice, app).json()["url"]
    assert open_link(app, address).status_code == 302
    assert open_link(app, address).status_code == 400


def test_only_members_who_have_just_proven_themselves_can_link(
    alice: Persona, anonymous: Persona, app: App
) -> None:
    assert ask(anonymous, app).status_code == 401
    session = Session.objects.get()
    long_ago = timezone.now() - timedelta(hours=1)
    changes.update(session, by=SYSTEM, authenticated_at=long_ago)
    refused = ask(alice, app)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")


def test_nothing_is_linked_for_a_session_that_has_ended(
    alice: Persona, app: App, provider: Provider
) -> None:
    code = code_for(alice, app, provider)
    assert alice.api.post("auth/logout").status_code == 204
    assert app.exchange(code).json()["code"] == "not_signed_in"
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri"),
        ({"state": ""}, "state"),
        ({"code_challenge": ""}, "code_challenge"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
    ],
)
def test_a_link_is_asked_for_as_safely_as_a_sign_in(
    alice: Persona, app: App, changed: dict[str, str], field: str
) -> None:
    refused = ask(alice, app, **changed)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_an_unknown_provider_cannot_be_linked(alice: Persona, app: App) -> None:
    refused = alice.api.post("auth/oauth/nobody/link", app.request())
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_provider")


def test_alice_can_unlink_what_she_linked(alice: Persona, app: App, provider: Provider) -> None:
    app.exchange(code_for(alice, app, provider))
    (identity,) = alice.api.get("auth/identities").json()["results"]
    assert alice.api.delete(f"auth/identities/{identity['id']}").status_code == 204
    assert linked(alice) == []
