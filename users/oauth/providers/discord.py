"""Discord; without the scope `email` there would be none."""

from __future__ import annotations

from social_core.backends.discord import DiscordOAuth2
from social_core.backends.oauth import BaseOAuth2PKCE

from users.oauth.provider import Answer, Profile, Provider

SCOPE = ["identify", "email"]


class Discord(BaseOAuth2PKCE[object], DiscordOAuth2[object]):
    """Speaks with Discord."""

    DEFAULT_SCOPE = SCOPE


def _profile(answer: Answer) -> Profile:
    """Read `GET /users/@me`: `verified` is about the address."""
    address = answer.get("email") if answer.get("verified") is True else ""
    return Profile(address, [answer.get("username"), answer.get("global_name")])


PROVIDER = Provider("Discord", Discord, _profile)
