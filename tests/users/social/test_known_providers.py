"""Google, GitHub, Discord, Apple, Kakao and NAVER, with answers as their references show them.

Theirs is the outside world: the requests that would reach them are answered here.
"""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
import orjson
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.users.social.apps import AUTH, App, query_of
from tests.users.social.forger import Forger
from users.models import Identity, User
from users.oauth.codes import challenge_of

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from resources.json_text import JsonObject
    from tests.personas import Persona

KNOWN = ["google", "github", "discord", "apple", "kakao", "naver"]
KEY = generate_private_key(SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KAKAO = {
    "id": 123456789,
    "properties": {"nickname": "dana"},
    "kakao_account": {
        "profile": {"nickname": "dana"},
        "is_email_valid": True,
        "is_email_verified": True,
        "email": "dana@example.com",
    },
}
GITHUB = {"id": 1, "login": "dana", "name": "Dana Kim", "email": "shown@example.com"}
GITHUB_EMAILS = [
    {"email": "unproven@example.com", "primary": False, "verified": False},
    {"email": "dana@example.com", "primary": True, "verified": True, "visibility": "private"},
]
DISCORD = {"id": "80351110", "username": "dana", "email": "dana@example.com", "verified": True}
NAVER = {
    "resultcode": "00",
    "response": {"id": "32742776", "nickname": "dana", "name": "김다나", "email": "d@naver.com"},
}


class Outside:
    """The providers' sites: what they answer, and what they were asked."""

    def __init__(self) -> None:
        self.forger = Forger()
        self.forger.changed = {"email": "dana@example.com", "sub": "001.abc", "name": "dana"}
        self.asked: dict[str, JsonObject] = {}
        token = {"access_token": "secret-token", "token_type": "bearer"}
        self.answers: JsonObject = {
            "https://github.com/login/oauth/access_token": token,
            "https://api.github.com/user": GITHUB,
            "https://api.github.com/user/emails": GITHUB_EMAILS,
            "https://discord.com/api/oauth2/token": token,
            "https://discord.com/api/users/@me": DISCORD,
            "https://kauth.kakao.com/oauth/token": token,
            "https://kapi.kakao.com/v2/user/me": KAKAO,
            "https://nid.naver.com/oauth2.0/token": token,
            "https://openapi.naver.com/v1/nid/me": NAVER,
        }

    def request(self, _method: str, url: str, **sent: object) -> requests.Response:
        """Answer as `requests.request` does."""
        self.asked[url] = sent
        response = requests.Response()
        response.status_code, response.url = 200, url
        response._content = orjson.dumps(self._answer(url))
        return response

    def _answer(self, url: str) -> Any:
        if url in self.answers:
            return self.answers[url]
        self.forger.issuer, _slash, leaf = url.rpartition("/")
        self.forger.issuer = self.forger.issuer.removesuffix("/.well-known")
        answer = self.forger.answer(f"/{leaf}")
        if leaf == "openid-configuration":
            del answer["userinfo_endpoint"]
        return answer

    def token_request(self) -> JsonObject:
        """Return what was sent to trade the provider's code in, and how."""
        (sent,) = (sent for url, sent in self.asked.items() if "token" in url)
        return sent


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Outside:
    """Set all six up and answer for them."""
    made = Outside()
    monkeypatch.setattr(requests, "request", made.request)
    common = {"KEY": "client-id", "SECRET": "client-secret"}
    settings.OAUTH_PROVIDERS = {name: {"LABEL": name, **common} for name in KNOWN}
    settings.OAUTH_PROVIDERS["apple"] |= {"TEAM": "TEAM1", "KEY_ID": "KEY1", "PRIVATE_KEY": PEM}
    return made


def back_from(outside: Outside, departure: str) -> str:
    outside.forger.asked = query_of(departure)
    return outside.forger.log_in(departure)


@pytest.mark.parametrize("name", ["google", "github", "discord", "kakao"])
def test_dana_can_sign_in_by_a_provider_that_vouches_for_her_address(
    app: App, outside: Outside, name: str
) -> None:
    answer = app.sign_in(lambda departure: back_from(outside, departure), name)
    assert answer.status_code == 200, answer.content
    user = answer.json()["user"]
    assert (user["email"], user["username"]) == ("dana@example.com", "dana")
    assert Identity.objects.get().provider == name


@pytest.mark.parametrize("name", KNOWN)
def test_every_provider_is_asked_with_state_and_challenge(
    app: App, outside: Outside, name: str
) -> None:
    departure = app.departure(name)
    asked = query_of(departure)
    assert departure.startswith("https://")
    assert asked["client_id"] == "client-id"
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"http://testserver{AUTH}/oauth/{name}/callback"
    assert asked["code_challenge_method"] == "S256"
    app.come_back(back_from(outside, departure))
    sent = outside.token_request()["data"]
    assert challenge_of(sent["code_verifier"]) == asked["code_challenge"]
    assert (sent["code"], sent["redirect_uri"]) == ("the-code", asked["redirect_uri"])
    assert ("nonce" in asked) is (name in ("google", "apple"))


@pytest.mark.parametrize(
    ("name", "scopes"),
    [
        ("google", "openid profile email"),
        ("apple", "openid%20name%20email"),
        ("github", "read:user,user:email"),
        ("discord", "identify email"),
    ],
)
def test_an_address_is_asked_for(app: App, outside: Outside, name: str, scopes: str) -> None:
    assert query_of(app.departure(name))["scope"] == scopes.replace("%20", " ")


def test_a_provider_does_not_get_secrets_beside_the_form(app: App, outside: Outside) -> None:
    app.come_back(back_from(outside, app.departure("naver")))
    sent = outside.token_request()
    assert set(sent["headers"]) == {"Content-Type", "Accept", "User-Agent"}
    assert sent["data"]["state"] == outside.forger.asked["state"]


def test_dana_cannot_open_an_account_by_naver_but_can_link_it(
    app: App, outside: Outside, alice: Persona
) -> None:
    def back(departure: str) -> str:
        return back_from(outside, departure)

    assert app.failure(back, "naver") == "email_unverified"
    link = alice.api.post("auth/oauth/naver/link", app.request()).json()["url"]
    begun = app.browser.get(link.removeprefix("http://testserver"))
    code = app.arrival(app.come_back(back(begun["Location"])))["code"]
    assert app.exchange(code, "naver").status_code == 204
    assert app.sign_in(back, "naver").json()["user"]["id"] == alice.id


def test_dana_cannot_sign_in_by_github_with_an_address_that_is_only_shown(
    app: App, outside: Outside
) -> None:
    for listed in ([], [GITHUB_EMAILS[0]]):
        outside.answers["https://api.github.com/user/emails"] = listed
        failure = app.failure(lambda departure: back_from(outside, departure), "github")
        assert failure == "email_unverified"
    assert not User.objects.exists()


@pytest.mark.parametrize("strange", [[], {}, None, "x", 7, {"id": None}])
def test_a_strange_answer_signs_nobody_in(app: App, outside: Outside, strange: object) -> None:
    addresses = [url for url in outside.answers if "token" not in url]
    outside.answers |= dict.fromkeys(addresses, strange)
    for name in ("github", "discord", "kakao", "naver"):
        failure = app.failure(lambda departure: back_from(outside, departure), name)
        assert failure == "server_error"
    assert not User.objects.exists()


class TestApple:
    """Apple posts its answer, which browsers send without the cookie."""

    def post(self, app: App, outside: Outside, **more: str) -> Any:
        departure = app.departure("apple")
        assert query_of(departure)["response_mode"] == "form_post"
        form = query_of(back_from(outside, departure)) | more
        # Another site's form: no cookie with SameSite=Lax comes along.
        return App().browser.post(
            f"{AUTH}/oauth/apple/callback",
            urlencode(form),
            content_type="application/x-www-form-urlencoded",
        )

    def test_dana_can_sign_in_by_apple(self, app: App, outside: Outside) -> None:
        outside.forger.changed |= {"email_verified": "true", "name": None}
        shown = orjson.dumps({"name": {"firstName": "Dana", "lastName": "Kim"}}).decode()
        posted = self.post(app, outside, user=shown)
        assert posted.status_code == 303
        # Neither the code nor the name are left in anybody's log of addresses.
        assert set(query_of(posted["Location"])) == {"state"}
        answer = app.exchange(app.arrival(app.come_back(posted["Location"]))["code"], "apple")
        assert answer.status_code == 200, answer.content
        assert answer.json()["user"]["username"] == "Dana"

    def test_our_secret_for_apple_is_a_token_for_minutes(self, app: App, outside: Outside) -> None:
        app.come_back(self.post(app, outside)["Location"])
        sent = outside.token_request()
        assert sent["auth"] is None
        secret = sent["data"]["client_secret"]
        issuer = "https://appleid.apple.com"
        claims = jwt.decode(secret, KEY.public_key(), ["ES256"], audience=issuer)
        assert (claims["iss"], claims["sub"]) == ("TEAM1", "client-id")
        assert claims["exp"] - time() <= 300
        assert jwt.get_unverified_header(secret)["kid"] == "KEY1"

    def test_another_browser_cannot_use_what_apple_posted(
        self, app: App, outside: Outside, other_browser: App
    ) -> None:
        posted = self.post(app, outside)
        response = other_browser.come_back(posted["Location"])
        assert response.json()["code"] == "invalid_state"
        assert not User.objects.exists()

    @pytest.mark.usefixtures("outside")
    def test_a_form_for_no_attempt_is_refused(self, app: App) -> None:
        response = app.browser.post(
            f"{AUTH}/oauth/apple/callback",
            "state=made-up&code=x",
            content_type="application/x-www-form-urlencoded",
        )
        assert (response.status_code, response.json()["code"]) == (400, "invalid_state")

    def test_a_strange_name_signs_nobody_in(self, app: App, outside: Outside) -> None:
        for shown in ("[]", "{", '{"name": []}', '{"name": "x"}'):
            posted = self.post(app, outside, user=shown)
            answer = app.arrival(app.come_back(posted["Location"]))
            assert set(answer) in ({"error", "error_description"}, {"code"})
