"""Apps are sent back only to where the operator allows: this is no open redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from users.oauth.redirects import is_allowed, web_origin, with_parameters

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.users.social.apps import App

ALLOWED = [
    "https://cards.example/",
    "https://other.example/signed-in",
    "holo://signed-in",
    "http://127.0.0.1/callback",
    "http://[::1]/callback",
]
TRICKS = [
    "https://cards.example",
    "https://cards.example.evil.com/",
    "https://cards.example@evil.com/",
    "https://cards.example:@evil.com/",
    "https://user@cards.example/",
    "https://evil.com/https://cards.example/",
    "https://evil.com/?https://cards.example/",
    "https://cards.example:8443/",
    "http://cards.example/",
    "HTTPS://cards.example.evil.com/",
    "https:/cards.example/",
    "https:cards.example/",
    "//cards.example/",
    "//evil.com/",
    "/signed-in",
    "https://cards.example\\@evil.com/",
    "https://evil.com\\.cards.example/",
    "https:\\\\cards.example\\",
    "https://cards.example/\\evil",
    "https://cards.example/#access",
    "https://cards.example/a#b",
    "https://cards.example/\nevil",
    "https://cards.example/\tevil",
    "https://cards.exam\tple/",
    " https://cards.example/",
    "https://cards.example/ x",
    "https://cards.example/\x00",
    "https://cards.example/\r\nSet-Cookie:a=b",
    "https://cards。example/",
    "https://cárds.example/",
    "https://cards.example/../evil",
    "https://cards.example/a/..",
    "https://cards.example/%2e%2E/evil",
    "https://cards.example/a%2Fb",
    "https://cards.example/%5cevil",
    "https://other.example/signed-in/",
    "https://other.example/signed-in/more",
    "https://other.example/signed-in?more",
    "https://other.example/signed-i",
    "https://other.example/",
    "holo://signed-in/",
    "holo://signed-in.evil",
    "holo://signed-out",
    "HOLO://signed-in",
    "holo:signed-in",
    "javascript:alert(1)",
    "javascript://cards.example/%0aalert(1)",
    "data:text/html,x",
    "http://127.0.0.1:8000/other",
    "http://127.0.0.1:8000@evil.com/callback",
    "http://127.0.0.1.evil.com/callback",
    "http://127.0.0.1:/callback",
    "http://localhost:8000/callback",
    "https://127.0.0.1:8000/callback",
    "https://cards.example/" + "x" * 2000,
]


@pytest.fixture(autouse=True)
def allowed(settings: Settings) -> None:
    settings.OAUTH_REDIRECTS = ALLOWED


@pytest.mark.parametrize(
    "address",
    [
        *ALLOWED,
        "https://cards.example/deep/page?with=query&more=%2Fhere",
        "http://127.0.0.1:49152/callback",
        "http://[::1]:8080/callback",
    ],
)
def test_an_app_can_be_sent_back_to_what_is_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize("address", ["", *TRICKS])
def test_nobody_can_be_sent_elsewhere(app: App, address: str) -> None:
    assert not is_allowed(address)
    if not address:
        return
    response = app.begin(redirect_uri=address)
    assert response.status_code == 400
    assert "Location" not in response
    assert response.json()["errors"][0]["field"] == "redirect_uri"
    assert not response.cookies


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"redirect_uri": ""}, "redirect_uri"),
        ({"state": ""}, "state"),
        ({"state": "s" * 513}, "state"),
        ({"code_challenge": ""}, "code_challenge"),
        ({"code_challenge": "c" * 42}, "code_challenge"),
        ({"code_challenge": "c" * 42 + "="}, "code_challenge"),
        ({"code_challenge_method": ""}, "code_challenge_method"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
        ({"code_challenge_method": "s256"}, "code_challenge_method"),
        ({"mode": "iframe"}, "mode"),
        ({"mode": "popup", "redirect_uri": "holo://signed-in"}, "mode"),
        ({"link": "x"}, "link"),
    ],
    ids=str,
)
def test_an_app_cannot_ask_for_less_than_safety(
    app: App, changed: dict[str, str], field: str
) -> None:
    response = app.begin(**changed)
    assert response.status_code == 400, response
    assert "Location" not in response
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_an_app_cannot_ask_an_unknown_provider(app: App) -> None:
    for response in (app.begin("nobody"), app.exchange("x", "nobody")):
        assert (response.status_code, response.json()["code"]) == (400, "unknown_provider")


def test_an_answer_is_added_to_an_address() -> None:
    assert with_parameters("holo://in", {"a": "b c&d"}) == "holo://in?a=b+c%26d"
    assert with_parameters("https://a/?x=1", {"a": "b"}) == "https://a/?x=1&a=b"


def test_only_web_pages_have_an_origin() -> None:
    assert web_origin("https://cards.example:8443/a?b") == "https://cards.example:8443"
    assert web_origin("holo://signed-in") == ""
