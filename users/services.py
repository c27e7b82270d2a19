"""Changes to accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group

from resources import changes
from users.models import User
from users.selectors import ADMIN, MODERATOR

if TYPE_CHECKING:
    from resources.actors import Actor


def register_member(*, by: Actor, email: str, username: str, password: str, **profile: Any) -> User:
    """Open an account; raises IntegrityError when the address or the name is taken."""
    user = User(email=email.lower(), username=username, **profile)
    user.clean_fields(exclude=["password"])
    user.set_password(password)
    values = {field.name: getattr(user, field.name) for field in user._meta.concrete_fields}
    return changes.create(User, by=by, **values)


def assign_role(user: User, role: str, *, by: Actor) -> None:
    """Give a member a role; moderators and admins may then use the admin site."""
    with changes.together():
        user.groups.add(Group.objects.get(name=role))
        if role in (MODERATOR, ADMIN):
            changes.update(user, by=by, is_staff=True)
