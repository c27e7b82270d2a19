"""Taking away what a member signs in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from resources.api import Problem, changes
from users.models import EventKind, Identity, Passkey, User
from users.services.events import record_event
from users.services.sessions import require_fresh

if TYPE_CHECKING:
    from resources.api import Actor


def remove_passkey(passkey: Passkey, *, by: Actor) -> None:
    """Forget a passkey; raises Problem 409 when it is the only way in, 403 to step up first."""
    require_fresh(by)
    with changes.together():
        user = changes.locked(passkey.user)
        changes.delete(passkey, by=by)
        _require_way_in(user)
        record_event(user, EventKind.FACTOR_REMOVED, by=by, passkey=passkey.name)


def unlink_identity(identity: Identity, *, by: Actor) -> None:
    """Unlink an account elsewhere; raises Problem 409 and 403 as above."""
    require_fresh(by)
    with changes.together():
        user = changes.locked(identity.user)
        changes.delete(identity, by=by)
        _require_way_in(user)
        record_event(user, EventKind.IDENTITY_UNLINKED, by=by, provider=identity.provider)


def _require_way_in(user: User) -> None:
    """Keep members from locking themselves out; codes by mail need a verified address."""
    ways = (user.has_usable_password(), user.is_verified)
    if not any(ways) and not user.passkeys.exists() and not user.identities.exists():
        raise Problem(409, "last_way_in", _("This is the only way into your account."))
