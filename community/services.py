"""Changes to posts, comments and chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Comment, Message, Post, Room
from resources.api import FieldError, Problem, changes, invalid

if TYPE_CHECKING:
    from resources.api import Actor


def write_comment(
    *, by: Actor, post: Post, parent: Comment | None = None, **values: object
) -> Comment:
    """Comment on a post; raises Problem 400 for a reply to a comment on another post."""
    if parent and parent.post_id != post.pk:
        message = _("This comment belongs to another post.")
        raise invalid([FieldError("parent", "other_post", message)])
    depth = parent.depth + 1 if parent else 0
    with changes.together():
        comment = changes.create(Comment, by=by, post=post, parent=parent, depth=depth, **values)
        _count_comments(post, by=by)
    return comment


def delete_comment(comment: Comment, *, by: Actor) -> None:
    """Delete a comment; one with replies leaves a tombstone, so that the replies stay.

    A tombstone goes with the last reply to it.
    """
    with changes.together():
        if comment.replies.exists():
            changes.update(comment, by=by, text="", is_deleted=True)
        else:
            _delete_with_tombstones(comment, by=by)
        _count_comments(comment.post, by=by)


def hide_post(post: Post, *, by: Actor) -> Post:
    """Hide a post from all but its author and the moderators."""
    return changes.update(post, by=by, is_hidden=True)


def show_post(post: Post, *, by: Actor) -> Post:
    """Show a hidden post again."""
    return changes.update(post, by=by, is_hidden=False)


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
        counted = current.message_count + 1
        changes.update(current, by=by, message_count=counted, last_message_at=said.created_at)
    return said


def edit_message(message: Message, *, by: Actor, **values: object) -> Message:
    """Change what a message says, and say when that was."""
    if any(getattr(message, name) != value for name, value in values.items()):
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


def _delete_with_tombstones(comment: Comment, *, by: Actor) -> None:
    """Delete a comment, and the tombstones above it that nobody answers any more."""
    doomed: Comment | None = comment
    while doomed is not None:
        parent = doomed.parent
        changes.delete(doomed, by=by)
        is_spent = parent is not None and parent.is_deleted and not parent.replies.exists()
        doomed = parent if is_spent else None


def _count_comments(post: Post, *, by: Actor) -> None:
    current = changes.locked(post)
    count = current.comments.filter(is_deleted=False).count()
    changes.update(current, by=by, comment_count=count)
