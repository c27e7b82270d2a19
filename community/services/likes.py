"""Likes of posts and comments; each counts on what is liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Comment, CommentLike, Post, PostLike
from resources.api import changes, row_sql

if TYPE_CHECKING:
    from resources.api import Actor


def like_post(post: Post, *, by: Actor) -> None:
    """Like a post; liking it twice is the same."""
    if not row_sql.exists(PostLike, post_id=post.pk, user_id=by.id):
        _add(PostLike, post, by=by, post=post)


def unlike_post(post: Post, *, by: Actor) -> None:
    """Take a like back; there need not be one."""
    for like in PostLike.objects.filter(post=post, user=by.id):
        delete_like(like, by=by)


def like_comment(comment: Comment, *, by: Actor) -> None:
    """Like a comment; liking it twice is the same."""
    if not row_sql.exists(CommentLike, comment_id=comment.pk, user_id=by.id):
        _add(CommentLike, comment, by=by, comment=comment)


def unlike_comment(comment: Comment, *, by: Actor) -> None:
    """Take a like back; there need not be one."""
    for like in CommentLike.objects.filter(comment=comment, user=by.id):
        delete_like(like, by=by)


def delete_like(like: PostLike | CommentLike, *, by: Actor) -> None:
    """Delete a like, which its post or comment then no longer counts."""
    with changes.together():
        liked: Post | Comment = changes.locked(
            like.post if isinstance(like, PostLike) else like.comment
        )
        changes.delete(like, by=by)
        changes.update(liked, by=by, like_count=max(0, liked.like_count - 1))


def _add(
    model: type[PostLike | CommentLike], liked: Post | Comment, *, by: Actor, **relation: object
) -> None:
    """Write a like of a row that the transaction has locked."""
    with changes.together():
        changes.create(model, by=by, user_id=by.id, **relation)
        changes.update(liked, by=by, like_count=liked.like_count + 1)
