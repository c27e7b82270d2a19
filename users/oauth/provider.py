"""What the file of a provider declares.

All providers get a state and a PKCE challenge (S256, RFC 7636); those that don't know PKCE ignore
it (RFC 6749, 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from social_core.backends.base import BaseAuth

    from resources.api import JsonObject

type Answer = JsonObject
"""A provider's answer: its token response and profile, and an ID token's claims in `claims`."""


class Profile(NamedTuple):
    """A verified address or none, and names to make a username of, the best first."""

    address: object
    names: Sequence[object]


class Variable(NamedTuple):
    """A setting of a social-core backend, read from `OAUTH_<NAME>_<variable>`.

    `read` turns its text into the setting's value; raises ValueError with what was expected.
    """

    setting: str
    variable: str
    read: Callable[[str], str] = str


def openid_profile(answer: Answer) -> Profile:
    """Read OpenID Connect's claims (Core, 5.1), where address and `email_verified` are together.

    Apple and some others write the flag as a string.
    """
    sources = [answer.get("claims") or {}, answer]
    verified = [s.get("email") for s in sources if s.get("email_verified") in (True, "true")]
    keys = ("preferred_username", "nickname", "name")
    address = next(filter(None, verified), "")
    return Profile(address, [source.get(key) for key in keys for source in sources])


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider to sign in by.

    `posts_back` is for one whose answer comes as a form (OAuth 2.0 Form Post Response Mode).
    """

    label: str
    backend: type[BaseAuth[object]]
    read_profile: Callable[[Answer], Profile] = openid_profile
    variables: Sequence[Variable] = (Variable("SECRET", "CLIENT_SECRET"),)
    posts_back: bool = False


def untyped(parent: object) -> Any:
    """Stand for a parent whose methods social-core has not annotated."""
    return parent
