"""Our authorization codes for apps (RFC 6749, 4.1), bound to their PKCE challenge (RFC 7636)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from resources.api import Problem
from users.oauth.accounts import ProviderAccount
from users.oauth.one_time_store import store, take

if TYPE_CHECKING:
    from users.oauth.attempts import Attempt

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code is good for: signing `user` in, or linking `account` in a member's `session`."""

    user: str = ""
    session: str = ""
    account: ProviderAccount | None = None


def issue_code(attempt: Attempt, grant: Grant) -> str:
    """Make a code for the app that began an attempt; good once, for a minute."""
    app = attempt.app
    kept = {
        "provider": attempt.provider,
        "redirect_uri": app.redirect_uri,
        "challenge": app.code_challenge,
        "grant": asdict(grant),
    }
    return store("code", kept, seconds=SECONDS)


def redeem_code(provider: str, *, code: str, verifier: str, redirect_uri: str) -> Grant:
    """Take a code for what it is good for; raises Problem 400 `invalid_grant` whatever is wrong.

    A code that is shown with anything wrong is spent all the same: nobody can try verifiers.
    """
    kept = take("code", code)
    if kept is None or (kept["provider"], kept["redirect_uri"]) != (provider, redirect_uri):
        raise invalid_grant()
    if not constant_time_compare(kept["challenge"], challenge_of(verifier)):
        raise invalid_grant()
    account = kept["grant"].pop("account")
    return Grant(**kept["grant"], account=ProviderAccount(**account) if account else None)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def invalid_grant() -> Problem:
    """Say that a code is no good (RFC 6749, 5.2), and not why."""
    return Problem(400, "invalid_grant", _("This code is not valid or has expired."))
