"""A browser's session whose refresh token no script can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.users.test_tokens import pair_of
from users.models import Session

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.client import Response
    from tests.personas import Persona

ADDRESS = "/api/v1/auth/cookie"
SITE = "https://cards.example"


@pytest.fixture
def browser(settings: Settings) -> Client:
    settings.SITE_ORIGIN = SITE
    return Client()


def asks(browser: Client, sent: object = None, origin: str = SITE, **more: Any) -> Response:
    headers = {"Origin": origin} if origin else {}
    return browser.post(ADDRESS, sent or {}, "application/json", headers=headers, **more)


def test_alice_can_keep_her_session_where_no_script_reads_it(
    browser: Client, alice: Persona
) -> None:
    pair = pair_of(alice)
    kept = asks(browser, {"refresh": pair["refresh"]})
    assert (kept.status_code, set(kept.json())) == (200, {"access"})
    cookie = kept.cookies["holobase_refresh"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", ADDRESS)
    assert cookie.value != pair["refresh"]
    assert "no-store" in kept["Cache-Control"]

    # Three tabs at once: the same cookie twice more within the leeway.
    first = browser.cookies["holobase_refresh"].value
    for _tab in range(3):
        browser.cookies["holobase_refresh"] = first
        refreshed = asks(browser)
        assert refreshed.status_code == 200
    me = Client().get(
        "/api/v1/users/me", headers={"Authorization": f"Bearer {refreshed.json()['access']}"}
    )
    assert me.json()["username"] == "alice"

    ended = browser.delete(ADDRESS, headers={"Origin": SITE})
    assert (ended.status_code, ended.cookies["holobase_refresh"].value) == (204, "")
    assert Session.objects.filter(user=alice.user, ended_at=None).count() == 1  # the persona's own
    browser.cookies["holobase_refresh"] = first
    assert asks(browser).status_code == 401


def test_no_other_page_can_use_or_end_it(browser: Client, alice: Persona) -> None:
    asks(browser, {"refresh": pair_of(alice)["refresh"]})
    for origin in ("https://evil.example", "null", ""):
        refused = asks(browser, origin=origin)
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_origin")
        assert browser.delete(ADDRESS, headers={"Origin": origin}).status_code == 403
    form = browser.post(ADDRESS, {"refresh": "x"}, headers={"Origin": SITE})
    assert form.status_code == 415
    # The cookie opens nothing else.
    assert browser.get("/api/v1/users/me").status_code == 401
    assert asks(browser).status_code == 200


def test_nobody_is_signed_in_by_what_is_no_token(browser: Client) -> None:
    for sent in ({}, {"refresh": "nonsense"}):
        assert asks(browser, sent).status_code == 401
    browser.cookies["holobase_refresh"] = "nonsense"
    assert browser.delete(ADDRESS, headers={"Origin": SITE}).status_code == 204


def test_over_tls_the_cookie_goes_over_tls_alone(
    browser: Client, alice: Persona, settings: Settings
) -> None:
    settings.USE_TLS = True
    kept = asks(browser, {"refresh": pair_of(alice)["refresh"]}, secure=True)
    cookie = kept.cookies["__Secure-holobase_refresh"]
    assert cookie["secure"] is True
