"""Changes to chat rooms and to what is said in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Message
from community.services.mentions import note_mentions, update_mentions
from resources.api import FieldError, Problem, changes, invalid

if TYPE_CHECKING:
    from community.models import Room
    from resources.api import Actor


def close_room(room: Room, *, by: Actor) -> Room:
    """Let nobody write in a room any more; what was said stays."""
    return changes.update(room, by=by, is_closed=True)


def reopen_room(room: Room, *, by: Actor) -> Room:
    """Let members write in a closed room again."""
    return changes.update(room, by=by, is_closed=False)


def write_message(
    *, by: Actor, room: Room, reply_to: Message | None = None, **values: object
) -> Message:
    """Say something in a room.

    Raises Problem 400 for a reply to what was said in another room, 409 in a closed room.
    """
    if reply_to and reply_to.room_id != room.pk:
        message = _("This message was written in another room.")
        raise invalid([FieldError("reply_to", "other_room", message)])
    with changes.together():
        # First, so that the order of the messages is the order in which they are committed.
        current = changes.locked(room)
        if current.is_closed:
            raise Problem(409, "room_closed", _("This room is closed."))
        said = changes.create(Message, by=by, room=current, reply_to=reply_to, **values)
        note_mentions(said, said.body, by=by)
        counted = current.message_count + 1
        changes.update(current, by=by, message_count=counted, last_message_at=said.created_at)
    return said


def edit_message(message: Message, *, by: Actor, **values: object) -> Message:
    """Change what a message says, and say when that was."""
    body = str(values.get("body", message.body))
    with changes.together():
        if body != message.body:
            update_mentions(message, body, by=by)
            values["edited_at"] = timezone.now()
        return changes.update(message, by=by, **values)


def delete_message(message: Message, *, by: Actor) -> None:
    """Take a message back; the replies to it stay."""
    with changes.together():
        room = changes.locked(message.room)
        changes.delete(message, by=by)
        last = room.messages.order_by("-created_at").first()
        counted = max(0, room.message_count - 1)
        last_at = last.created_at if last else room.created_at
        changes.update(room, by=by, message_count=counted, last_message_at=last_at)


def hide_message(message: Message, *, by: Actor) -> Message:
    """Hide a message from all but its author and those who keep the room."""
    return changes.update(message, by=by, is_hidden=True)


def show_message(message: Message, *, by: Actor) -> Message:
    """Show a hidden message again."""
    return changes.update(message, by=by, is_hidden=False)
