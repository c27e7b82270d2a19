"""Access and refresh tokens, and the actor behind an access token."""

from __future__ import annotations

from functools import lru_cache
from time import time
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from resources.errors import Problem, not_signed_in
from users.selectors import actor_of

if TYPE_CHECKING:
    from resources.actors import Actor
    from users.models import User


def token_pair(user: User) -> dict[str, str]:
    """Issue an access and a refresh token (RFC 7519) for a member."""
    refresh = RefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def actor_of_token(token: str) -> Actor:
    """Give the actor of an access token; raises Problem 401 when it is no good any more."""
    user_id, expires_at = _verified(token)
    if expires_at <= time():
        raise _no_good()
    return known_actor(user_id)


@lru_cache(maxsize=4096)
def _verified(token: str) -> tuple[str, float]:
    """Check a token's signature once; gives the user's id and when the token expires.

    Whether the account is still active is asked anew by every request.
    """
    try:
        claims = AccessToken(cast("Any", token))
        return str(UUID(claims["user_id"])), float(claims["exp"])
    except (TokenError, KeyError, ValueError):
        raise _no_good() from None


def _no_good() -> Problem:
    return not_signed_in(_("This access token is not valid or has expired."))


def user_id_of_refresh(token: str) -> str:
    """Give the user's id in a refresh token; raises Problem 401 when it is no good any more."""
    try:
        return str(RefreshToken(cast("Any", token))["user_id"])
    except (TokenError, KeyError):
        raise not_signed_in(_("This refresh token is not valid or has expired.")) from None


def known_actor(user_id: str) -> Actor:
    """Give the actor of an active member's id; raises Problem 401 when there is none."""
    actor = actor_of(UUID(user_id))
    if actor is None:
        raise not_signed_in(_("This account is not active."))
    return actor
