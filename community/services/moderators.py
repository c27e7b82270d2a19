"""Who moderates a part of the community."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from community.models import ModeratorScope
from resources.api import FieldError, changes, invalid
from users.selectors import SCOPED_MODERATOR
from users.services.roles import assign_role, take_role

if TYPE_CHECKING:
    from community.models import Room
    from resources.api import Actor


def appoint_moderator(
    *, by: Actor, category: str = "", room: Room | None = None, **values: object
) -> ModeratorScope:
    """Let a member moderate one category or one room, in the admin too.

    Raises Problem 400 unless it is just one.
    """
    if bool(category) == bool(room):
        message = _("Choose either a category or a room.")
        raise invalid([FieldError("category", "either_or", message)])
    scope = f"rooms/{room.pk}" if room else f"categories/{category}"
    with changes.together():
        appointed = changes.create(
            ModeratorScope, by=by, category=category, room=room, scope=scope, **values
        )
        Group.objects.get_or_create(name=SCOPED_MODERATOR)
        assign_role(appointed.moderator, role=SCOPED_MODERATOR, by=by)
    return appointed


def dismiss_moderator(appointed: ModeratorScope, *, by: Actor) -> None:
    """Let a member moderate a category or a room no more, and with the last one leave the admin."""
    with changes.together():
        changes.delete(appointed, by=by)
        member = appointed.moderator
        if not ModeratorScope.objects.filter(moderator=member).exists():
            take_role(member, role=SCOPED_MODERATOR, by=by)
