"""The providers, as social-core speaks with them, with what it leaves out.

All of them get a state and a PKCE challenge (S256, RFC 7636); providers that don't know PKCE ignore
it (RFC 6749, 3.1).
"""

from __future__ import annotations

from time import time
from typing import Any, override

import jwt
from social_core.backends.discord import DiscordOAuth2
from social_core.backends.github import GithubOAuth2
from social_core.backends.kakao import KakaoOAuth2
from social_core.backends.naver import NaverOAuth2
from social_core.backends.oauth import BaseOAuth2, BaseOAuth2PKCE
from social_core.backends.open_id_connect import OpenIdConnectAuth

from resources.json_text import JsonError, read_json

# Signatures by public keys alone: with HS256, who knows the client secret could sign.
SIGNATURES = ["RS256", "ES256", "PS256"]
APPLE_SCOPE = ["openid", "name", "email"]
GITHUB_SCOPE = ["read:user", "user:email"]
DISCORD_SCOPE = ["identify", "email"]
SECRET_LIVES_FOR = 300


def _untyped(parent: Any) -> Any:
    """Stand for a parent whose methods social-core has not annotated."""
    return parent


class Oidc(OpenIdConnectAuth[Any]):
    """Any OpenID Connect provider, found by its issuer's discovery document.

    The ID token's signature, issuer, audience, nonce and times are checked by social-core.
    """

    DEFAULT_USE_PKCE = True
    JWT_ALGORITHMS = SIGNATURES

    @override
    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        has_more = "userinfo_endpoint" in self.oidc_config()
        return super().user_data(access_token, *args, **kwargs) if has_more else {}


class Google(Oidc):
    """Google, an OpenID Connect provider like any other."""

    name = "google"
    OIDC_ENDPOINT = "https://accounts.google.com"


class Apple(Oidc):
    """Apple: the client secret is signed by us, and the name comes with the first answer only."""

    name = "apple"
    OIDC_ENDPOINT = "https://appleid.apple.com"
    DEFAULT_SCOPE = APPLE_SCOPE

    @override
    def auth_params(self, state: str | None = None) -> dict[str, Any]:
        params: dict[str, Any] = _untyped(super()).auth_params(state)
        # Apple gives names and addresses by no other way.
        return {**params, "response_mode": "form_post"}

    @override
    def use_basic_auth(self) -> bool:
        return False

    @override
    def get_key_and_secret(self) -> tuple[str, str]:
        client_id, now = str(self.setting("KEY")), int(time())
        claims = {
            "iss": self.setting("TEAM"),
            "sub": client_id,
            "aud": self.OIDC_ENDPOINT,
            "iat": now,
            "exp": now + SECRET_LIVES_FOR,
        }
        key_id = str(self.setting("KEY_ID"))
        secret = jwt.encode(claims, str(self.setting("PRIVATE_KEY")), "ES256", {"kid": key_id})
        return client_id, secret

    @override
    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        return {"nickname": _first_name(self.data.get("user") or "{}")}


def _first_name(text: str) -> str:
    """Read what Apple has the browser bring, and so anybody can have written."""
    try:
        first = read_json(text)["name"]["firstName"]
    except (JsonError, LookupError, TypeError):
        return ""
    return first if isinstance(first, str) else ""


class GitHub(BaseOAuth2PKCE[Any], GithubOAuth2[Any]):
    """GitHub; its list of addresses says which of them are verified."""

    DEFAULT_SCOPE = GITHUB_SCOPE


class Discord(BaseOAuth2PKCE[Any], DiscordOAuth2[Any]):
    """Discord; without the scope `email` there would be none."""

    DEFAULT_SCOPE = DISCORD_SCOPE


class Kakao(BaseOAuth2PKCE[Any], KakaoOAuth2[Any]):
    """Kakao; what it tells is chosen in its console."""

    @override
    def auth_complete_params(self, state: str | None = None) -> dict[str, Any]:
        # RFC 6749, 4.1.3, and Kakao's own reference ask for it.
        return {
            **_untyped(super()).auth_complete_params(state),
            "redirect_uri": self.get_redirect_uri(state),
        }


class Naver(BaseOAuth2PKCE[Any], NaverOAuth2[Any]):
    """NAVER; it asks for the state again when the code is traded in."""

    REDIRECT_STATE = False

    @override
    def auth_complete_params(self, state: str | None = None) -> dict[str, Any]:
        return {**_untyped(super()).auth_complete_params(state), "state": state}

    @override
    def auth_headers(self) -> Any:
        # social-core would send the code and our secret as headers too.
        return BaseOAuth2.auth_headers(self)
