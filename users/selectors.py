"""Reads across accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.actors import Actor
from users.models import User

if TYPE_CHECKING:
    from uuid import UUID

MODERATOR, ADMIN, MEMBER, CREATOR = "moderator", "admin", "member", "creator"
ROLES = (MEMBER, CREATOR, MODERATOR, ADMIN)


def actor_of(user_id: UUID) -> Actor | None:
    """Give the actor of an active account, with its roles, in one query; else nothing."""
    rows = User.objects.filter(pk=user_id, is_active=True).values_list(
        "username", "is_verified", "is_superuser", "groups__name"
    )
    found = list(rows)
    if not found:
        return None
    username, is_verified, is_superuser, _group = found[0]
    roles = {group for *_rest, group in found if group}
    if is_superuser:
        roles |= {ADMIN, MODERATOR}
    return Actor(user_id, frozenset(roles), is_verified=is_verified, name=username)
