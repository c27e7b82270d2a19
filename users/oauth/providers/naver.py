"""NAVER; it asks for the state again when the code is traded in."""

from __future__ import annotations

from typing import Any, override

from social_core.backends.naver import NaverOAuth2
from social_core.backends.oauth import BaseOAuth2, BaseOAuth2PKCE

from users.oauth.provider import Answer, Profile, Provider, untyped


class Naver(BaseOAuth2PKCE[Any], NaverOAuth2[Any]):
    """Speaks with NAVER."""

    REDIRECT_STATE = False

    @override
    def auth_complete_params(self, state: str | None = None) -> dict[str, Any]:
        return {**untyped(super()).auth_complete_params(state), "state": state}

    @override
    def auth_headers(self) -> Any:
        # social-core would send the code and our secret as headers too.
        return BaseOAuth2.auth_headers(self)


def _profile(answer: Answer) -> Profile:
    """Read `GET /v1/nid/me`: its address is any of the member's choice."""
    return Profile("", [answer.get("nickname")])


PROVIDER = Provider("NAVER", Naver, _profile)
