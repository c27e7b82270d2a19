"""Kakao; what it tells is chosen in its console."""

from __future__ import annotations

from typing import override

from social_core.backends.kakao import KakaoOAuth2
from social_core.backends.oauth import BaseOAuth2PKCE

from users.oauth.provider import Answer, Profile, Provider, untyped


class Kakao(BaseOAuth2PKCE[object], KakaoOAuth2[object]):
    """Speaks with Kakao."""

    @override
    def auth_complete_params(self, state: str | None = None) -> dict[str, object]:
        # RFC 6749, 4.1.3, and Kakao's own reference ask for it.
        return {
            **untyped(super()).auth_complete_params(state),
            "redirect_uri": self.get_redirect_uri(state),
        }


def _profile(answer: Answer) -> Profile:
    """Read `GET /v2/user/me`: verified once, and still that account's (`is_email_valid`)."""
    account = answer.get("kakao_account") or {}
    is_verified = account.get("is_email_valid") is True and account.get("is_email_verified") is True
    nicknames = [(account.get("profile") or {}).get("nickname")]
    nicknames.append((answer.get("properties") or {}).get("nickname"))
    return Profile(account.get("email") if is_verified else "", nicknames)


PROVIDER = Provider("Kakao", Kakao, _profile)
