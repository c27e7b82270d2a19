"""Marking how far members have read in chat rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.models import RoomMember, RoomRead
from resources.api import FieldError, changes, invalid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from community.models import Room
    from resources.api import Actor
    from users.models import User


def mark_read(room: Room, *, by: Actor, message: UUID | None = None) -> None:
    """Mark a room as read until a message, or to the end.

    An earlier message than before marks what came after it as unread. Raises Problem 400 for a
    message of another room.
    """
    read_at = room.last_message_at
    if message:
        last = room.messages.filter(pk=message).first()
        if last is None:
            sentence = _("This message was written in another room.")
            raise invalid([FieldError("message", "other_room", sentence)])
        read_at = last.created_at
    with changes.together():
        _put_mark(room, by.id, read_at, by=by)


def forget_mark(room: Room, *, by: Actor) -> None:
    """Stop counting what is unread in a room."""
    for mark in RoomRead.objects.filter(room=room, user=by.id):
        changes.delete(mark, by=by)


def invite(*, by: Actor, room: Room, user: User, **values: object) -> RoomMember:
    """Invite a member to a room; what is said from now on is unread by them."""
    with changes.together():
        member = changes.create(RoomMember, by=by, room=room, user=user, **values)
        if not RoomRead.objects.filter(room=room, user=user).exists():
            _put_mark(room, user.pk, member.created_at, by=by)
    return member


def _put_mark(room: Room, reader: UUID | None, read_at: datetime, *, by: Actor) -> None:
    mark = RoomRead.objects.filter(room=room, user=reader).first()
    if mark:
        changes.update(mark, by=by, read_at=read_at)
    else:
        changes.create(RoomRead, by=by, room=room, user_id=reader, read_at=read_at)
