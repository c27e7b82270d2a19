"""Attempts to sign in, from an app's request to the provider's answer to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare

from users.oauth.one_time_store import peek, store, take

if TYPE_CHECKING:
    from resources.api import JsonObject

SECONDS = 600


@dataclass(frozen=True, slots=True)
class AppRequest:
    """What an app asks for: where to go back to, and by what it will know and prove itself.

    `state` and `code_challenge` (S256) are the app's; `mode` is `redirect` or `popup`. `session` is
    the session of a member who links an account, empty for signing in.
    """

    redirect_uri: str
    state: str
    code_challenge: str
    mode: str = "redirect"
    session: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An app's request on its way through a provider; `memory` is social-core's session."""

    provider: str
    app: AppRequest
    memory: JsonObject


def keep_attempt(state: str, attempt: Attempt) -> str:
    """Keep an attempt under our state for ten minutes; returns the secret for the cookie."""
    browser = token_urlsafe(32)
    store("attempt", {**asdict(attempt), "browser": browser}, seconds=SECONDS, key=state)
    return browser


def find_attempt(provider: str, state: str) -> Attempt | None:
    """Find an attempt by our state, without using it up."""
    kept = peek("attempt", state)
    return _attempt(kept) if kept and kept["provider"] == provider else None


def take_attempt(provider: str, state: str, browser: str) -> Attempt | None:
    """Use an attempt up, if the answer comes from the provider and browser that it is of.

    An answer in another browser leaves it alone: somebody else's answer, slipped to a member,
    would sign the member in to that somebody's account (RFC 9700, 4.7).
    """
    kept = peek("attempt", state)
    if not kept or kept["provider"] != provider:
        return None
    if not constant_time_compare(kept["browser"], browser):
        return None
    taken = take("attempt", state)
    return _attempt(taken) if taken else None


def keep_form(state: str, form: dict[str, str]) -> None:
    """Keep the form that a provider posted until the browser comes back with its cookie."""
    store("form", form, seconds=60, key=state)


def take_form(state: str) -> dict[str, str]:
    """Return the form that was posted for a state, empty when there was none."""
    return take("form", state) or {}


def keep_link(provider: str, app: AppRequest) -> str:
    """Keep a member's wish to link an account until their browser comes; returns its ticket."""
    return store("link", {"provider": provider, "app": asdict(app)}, seconds=SECONDS)


def take_link(provider: str, ticket: str) -> AppRequest | None:
    """Return the wish of a ticket, once."""
    kept = take("link", ticket)
    return AppRequest(**kept["app"]) if kept and kept["provider"] == provider else None


def _attempt(kept: JsonObject) -> Attempt:
    return Attempt(kept["provider"], AppRequest(**kept["app"]), kept["memory"])
