"""Reads across accounts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from resources.actors import ANONYMOUS, Actor
from resources.fields import RecordIdField
from resources.reading.plans import Plan, compiled
from resources.slots import Slot
from users.models import User

if TYPE_CHECKING:
    from uuid import UUID

MODERATOR, ADMIN, MEMBER, CREATOR = "moderator", "admin", "member", "creator"
ROLES = (MEMBER, CREATOR, MODERATOR, ADMIN)


def actor_of(user_id: UUID) -> Actor | None:
    """Give the actor of an active account, with its roles, in one query; else nothing."""
    rows = _actor_plan().rows(ANONYMOUS, {"id": user_id})
    if not rows:
        return None
    username, is_verified, is_superuser, _group = rows[0]
    roles = {group for *_rest, group in rows if group}
    if is_superuser:
        roles |= {ADMIN, MODERATOR}
    return Actor(user_id, frozenset(roles), is_verified=bool(is_verified), name=username)


@cache
def _actor_plan() -> Plan:
    """Compile the query once: every signed-in request asks it."""
    account = User.objects.filter(pk=Slot("id", RecordIdField()), is_active=True)
    columns = ("username", "is_verified", "is_superuser", "groups__name")
    return compiled(account.values_list(*columns))
