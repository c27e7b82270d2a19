"""GitHub; its list of addresses says which of them are verified."""

from __future__ import annotations

from social_core.backends.github import GithubOAuth2
from social_core.backends.oauth import BaseOAuth2PKCE

from users.oauth.provider import Answer, Profile, Provider

SCOPE = ["read:user", "user:email"]
ALIASES = "@users.noreply.github.com"  # verified, but nobody reads what is sent there


class GitHub(BaseOAuth2PKCE[object], GithubOAuth2[object]):
    """Speaks with GitHub."""

    DEFAULT_SCOPE = SCOPE


def _profile(answer: Answer) -> Profile:
    """Read `GET /user/emails`: the profile's own `email` may be any, so only the list counts."""
    listed = [entry for entry in answer.get("emails") or [] if isinstance(entry, dict)]
    verified = [
        entry
        for entry in listed
        if entry.get("verified") is True and not str(entry.get("email")).endswith(ALIASES)
    ]
    verified.sort(key=lambda entry: entry.get("primary") is not True)
    address = verified[0].get("email") if verified else ""
    return Profile(address, [answer.get("login"), answer.get("name")])


PROVIDER = Provider("GitHub", GitHub, _profile)
