"""Keys for servers."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from resources.api import FieldError, changes, invalid, registry
from users.models import ApiKey, EventKind
from users.selectors import actor_of_key
from users.services.events import record_event
from users.services.sessions import require_fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.api import Actor

PREFIX = "holo_"
SECRET_BYTES = 32
USE_IS_NOTED_EVERY = timedelta(minutes=5)
KEY = re.compile(rf"{PREFIX}([\w-]{{22}})_([\w-]{{43}})")
VERBS = ("read", "write")


def create_api_key(*, by: Actor, scopes: Sequence[str] = (), **values: object) -> ApiKey:
    """Make a key; the whole of it is in `key.secret` of the answer and nowhere afterwards.

    Raises Problem 400 for a scope that there is not, 401 or 403 unless its owner has proved a short
    while ago who they are: a key makes no keys.
    """
    require_fresh(by)
    _require_scopes(scopes)
    secret = token_urlsafe(SECRET_BYTES)
    with changes.together():
        columns = {"scopes": scopes, "digest": digest_of(secret), "hint": secret[:4]}
        key = changes.create(ApiKey, by=by, **columns, **values)
        record_event(key.owner, EventKind.KEY_CREATED, by=by, key=key.name)
    key.secret = f"{PREFIX}{_short(key.pk)}_{secret}"
    return key


def revoke_api_key(key: ApiKey, *, by: Actor) -> None:
    """Refuse a key from now on, and the tokens that were issued for it."""
    with changes.together():
        changes.update(key, by=by, revoked_at=timezone.now())
        record_event(key.owner, EventKind.KEY_REVOKED, by=by, key=key.name)


def parsed_key(text: str) -> tuple[UUID | None, str]:
    """Split a key into the id of its row and its secret; no id for what is no key."""
    match = KEY.fullmatch(text)
    return (UUID(bytes=urlsafe_b64decode(match[1] + "==")), match[2]) if match else (None, "")


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits, which needs no slow hash (SHA-256)."""
    return sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, digest: str) -> bool:
    """Compare a secret with what is kept, in constant time."""
    return constant_time_compare(digest_of(secret), digest)


def key_of(client_id: str, secret: str) -> ApiKey | None:
    """Find a live key by its id and secret (or the whole key for a secret).

    Raises BarredError when its owner may not act.
    """
    key_id, own_secret = parsed_key(secret)
    identifier = key_id or _uuid(client_id)
    if identifier is None:
        return None
    found = actor_of_key(identifier)
    if found is None or not is_secret_of(own_secret or secret, found.digest):
        return None
    if key_id and str(key_id) != client_id.lower():
        return None
    return ApiKey.objects.select_related("owner").get(pk=identifier)


def note_use(key_id: UUID) -> None:
    """Remember that a key is in use, to five minutes."""
    if cache.add(f"key-used:{key_id}", 1, USE_IS_NOTED_EVERY.total_seconds()):
        ApiKey.objects.filter(pk=key_id).update(last_used_at=timezone.now())


def _require_scopes(scopes: Sequence[str]) -> None:
    names = ["*", "rooms", *(resource.name for resource in registry.all_resources())]
    known = {f"{name}:{verb}" for name in names for verb in VERBS}
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        message = _("Name at least one scope such as “cards:read” or “*:write”.")
        raise invalid([FieldError("scopes", "invalid_choice", message)])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _short(key_id: UUID) -> str:
    return urlsafe_b64encode(key_id.bytes).rstrip(b"=").decode()
