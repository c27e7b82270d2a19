"""Changes to comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.models import Comment
from resources.api import FieldError, changes, invalid

if TYPE_CHECKING:
    from community.models import Post
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
