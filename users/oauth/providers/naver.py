"""NAVER; it asks for the state again when the code is traded in."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from social_core.backends.naver import NaverOAuth2
from social_core.backends.oauth import BaseOAuth2, BaseOAuth2PKCE

from users.oauth.provider import Answer, Profile, Provider, untyped

if TYPE_CHECKING:
    from collections.abc import Mapping


class Naver(BaseOAuth2PKCE[object], NaverOAuth2[object]):
    """Speaks with NAVER."""

    REDIRECT_STATE = False

    @override
    def auth_complete_params(self, state: str | None = None) -> dict[str, object]:
        return {**untyped(super()).auth_complete_params(state), "state": state}

    @override
    def auth_headers(self) -> Mapping[str, str | bytes]:
        # social-core would send the code and our secret as headers too.
        return BaseOAuth2.auth_headers(self)


def _profile(answer: Answer) -> Profile:
    """Read `GET /v1/nid/me`: its address is any of the member's choice."""
    return Profile("", [answer.get("nickname")])


PROVIDER = Provider("NAVER", Naver, _profile)
