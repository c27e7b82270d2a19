"""Roles: Django groups, which rules and the admin's permissions go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group

from resources.api import changes
from users.models import EventKind, User
from users.selectors import ADMIN, MODERATOR, SCOPED_MODERATOR
from users.services.events import record_event

if TYPE_CHECKING:
    from resources.api import Actor

STAFF = frozenset({MODERATOR, ADMIN, SCOPED_MODERATOR})


def assign_role(user: User, *, role: str, by: Actor) -> None:
    """Assign a role to a member; moderators and admins may then use the admin site."""
    with changes.together():
        user.groups.add(Group.objects.get(name=role))
        _follow(user, by=by)
        record_event(user, EventKind.ROLE_GIVEN, by=by, role=role)


def take_role(user: User, *, role: str, by: Actor) -> None:
    """Take a role away from a member; the next request is answered without it."""
    with changes.together():
        user.groups.remove(Group.objects.get(name=role))
        _follow(user, by=by)
        record_event(user, EventKind.ROLE_TAKEN, by=by, role=role)


def _follow(user: User, *, by: Actor) -> None:
    """Open the admin site to those who have a role for it, and to no other."""
    roles = set(user.groups.values_list("name", flat=True))
    changes.update(user, by=by, is_staff=user.is_superuser or not STAFF.isdisjoint(roles))
