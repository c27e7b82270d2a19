"""Changes to posts and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from community.models import Comment, Post
from resources import changes
from resources.errors import FieldError, invalid

if TYPE_CHECKING:
    from resources.actors import Actor


def write_comment(
    *, by: Actor, post: Post, parent: Comment | None = None, **values: Any
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
    """Delete a comment with the replies to it."""
    with changes.together():
        post = comment.post
        changes.delete(comment, by=by)
        _count_comments(post, by=by)


def hide_post(post: Post, *, by: Actor) -> Post:
    """Hide a post from all but its author and the moderators."""
    return changes.update(post, by=by, is_hidden=True)


def show_post(post: Post, *, by: Actor) -> Post:
    """Show a hidden post again."""
    return changes.update(post, by=by, is_hidden=False)


def _count_comments(post: Post, *, by: Actor) -> None:
    current = changes.locked(post)
    changes.update(current, by=by, comment_count=current.comments.count())
