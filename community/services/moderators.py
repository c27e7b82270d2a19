"""Who moderates a part of the community."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.models import ModeratorScope
from resources.api import FieldError, changes, invalid

if TYPE_CHECKING:
    from community.models import Room
    from resources.api import Actor


def appoint_moderator(
    *, by: Actor, category: str = "", room: Room | None = None, **values: object
) -> ModeratorScope:
    """Let a member moderate one category or one room; raises Problem 400 unless it is just one."""
    if bool(category) == bool(room):
        message = _("Choose either a category or a room.")
        raise invalid([FieldError("category", "either_or", message)])
    scope = f"rooms/{room.pk}" if room else f"categories/{category}"
    return changes.create(
        ModeratorScope, by=by, category=category, room=room, scope=scope, **values
    )
