"""Links external identities to local accounts."""

from __future__ import annotations

import re
import unicodedata
from secrets import randbelow
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import ANONYMOUS, Actor, Problem, blind_index, changes, not_signed_in
from users.models import EventKind, Identity, Session, User, address
from users.names import is_reserved
from users.services.accounts import register_member
from users.services.events import record_event
from users.services.sessions import require_not_barred
from users.services.usernames import is_kept_for_another

if TYPE_CHECKING:
    from collections.abc import Sequence

    from users.callers import Caller
    from users.oauth.accounts import ProviderAccount

LONGEST_NAME = 24
SHORTEST_NAME = 3


def member_of(account: ProviderAccount, *, caller: Caller) -> User:
    """Return the member whose account elsewhere this is; links or opens an account where it may.

    A known one is its member's. One with an address that the provider calls verified belongs to
    the account whose address that is, verified here too, or else to a new account. Raises Problem
    403 `email_unverified`, 409 `account_exists` (the address is another's, who has yet to prove
    it), 401 for a closed account.
    """
    try:
        return _resolved(account, caller)
    except IntegrityError:
        # Another request was first with the account, the address or the name: look again.
        return _resolved(account, caller)


def link_account(account: ProviderAccount, *, session_id: str, caller: Caller) -> Identity:
    """Link an account elsewhere to the member of a session.

    Raises Problem 409 when it is somebody else's, which it then stays, 401 when the session has
    ended meanwhile.
    """
    session = Session.objects.filter(pk=session_id, ended_at=None).first()
    if session is None or not session.user.is_active:
        raise not_signed_in()
    require_not_barred(session.user)
    with transaction.atomic():
        identity = _identity_of(account)
        if identity is None:
            return _linked(session.user, account, caller)
    if identity.user_id != session.user_id:
        raise Problem(409, "conflict", _("This account is linked to another member."))
    return identity


def _resolved(account: ProviderAccount, caller: Caller) -> User:
    with transaction.atomic():
        identity = _identity_of(account)
        user = identity.user if identity else _member_by_address(account)
        if not user.is_active:
            raise Problem(401, "account_closed", _("This account is not active."))
        if identity is None:
            identity = _linked(user, account, caller)
        changes.update(identity, by=Actor(user.pk), last_used_at=timezone.now())
    return user


def _identity_of(account: ProviderAccount) -> Identity | None:
    identities = Identity.objects.select_for_update().filter(provider=account.provider)
    return identities.filter(subject_index=_index(account)).first()


def _linked(user: User, account: ProviderAccount, caller: Caller) -> Identity:
    by = Actor(user.pk)
    identity = changes.create(
        Identity,
        by=by,
        user=user,
        provider=account.provider,
        subject=account.subject,
        subject_index=_index(account),
        email=account.email,
    )
    record_event(user, EventKind.IDENTITY_LINKED, by=by, caller=caller, provider=account.provider)
    return identity


def _member_by_address(account: ProviderAccount) -> User:
    if not account.email:
        message = _(
            "The provider does not say that your e-mail address is verified. Verify it there, or "
            "open an account here by e-mail and link the provider in its settings."
        )
        raise Problem(403, "email_unverified", message)
    index = address(account.email)["email_index"]
    user = User.objects.select_for_update().filter(email_index=index).first()
    if user is None:
        return _opened(account)
    if not user.is_verified:
        message = _(
            "There is an account with this e-mail address, which is not verified yet. Sign in to "
            "it, verify the address, and try again."
        )
        raise Problem(409, "account_exists", message)
    return user


def _opened(account: ProviderAccount) -> User:
    username = free_username(account.names)
    return register_member(by=ANONYMOUS, email=account.email, username=username, is_verified=True)


def free_username(names: Sequence[str]) -> str:
    """Make a username that nobody has of the names that a provider tells.

    An address is not a name: its mailbox is nobody's business.
    """
    plain = (_plain(name) for name in names if "@" not in name)
    wanted = next((name for name in plain if len(name) >= SHORTEST_NAME), "")
    if is_reserved(wanted):
        wanted = ""
    name = wanted or _numbered("member")
    while User.objects.filter(username__iexact=name).exists() or is_kept_for_another(name):
        name = _numbered(wanted or "member")
    return name


def _plain(name: str) -> str:
    """Leave of a name what usernames may have (see `users.models.members.USERNAME`)."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    allowed = re.sub(r"[^A-Za-z0-9_.-]+", "", re.sub(r"\s+", ".", ascii_only.strip()))
    return allowed.strip("_.-")[:LONGEST_NAME].strip("_.-")


def _numbered(name: str) -> str:
    return f"{name}{randbelow(10**5):05}"


def _index(account: ProviderAccount) -> str:
    return blind_index(f"{account.provider}:{account.subject}")
