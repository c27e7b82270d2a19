"""Time-limited credentials for a TURN server, in the scheme that coturn calls REST API."""

from __future__ import annotations

import hmac
from base64 import b64encode
from time import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from resources.errors import Problem

if TYPE_CHECKING:
    from uuid import UUID


def turn_credentials(user_id: UUID) -> dict[str, object]:
    """Make a member's credentials (draft-uberti-behave-turn-rest-00, 2.2); `ttl` is in seconds.

    coturn runs with `use-auth-secret` and the same `static-auth-secret`; the username's first
    part is when they expire. Raises Problem 404 when no TURN server is configured.
    """
    if not settings.TURN_SECRET or not settings.TURN_URIS:
        raise Problem(404, "not_configured", _("There is no TURN server here."))
    username = f"{int(time()) + settings.TURN_TTL_SECONDS}:{user_id}"
    code = hmac.digest(settings.TURN_SECRET.encode(), username.encode(), "sha1")
    return {
        "username": username,
        "password": b64encode(code).decode(),
        "ttl": settings.TURN_TTL_SECONDS,
        "uris": settings.TURN_URIS,
    }
