"""Likes of posts and comments; each counts on what is liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Comment, CommentLike, Post, PostLike
from resources.api import changes, row_sql

if TYPE_CHECKING:
    from resources.api import Actor

LIKES: dict[type[Post | Comment], tuple[type[PostLike | CommentLike], str]] = {
    Post: (PostLike, "post"),
    Comment: (CommentLike, "comment"),
}
"""The likes of each, and by which relation they name what is liked."""


def like(said: Post | Comment, *, by: Actor) -> None:
    """Like a post or a comment; liking it twice is the same."""
    model, relation = LIKES[type(said)]
    if row_sql.exists(model, **{f"{relation}_id": said.pk, "user_id": by.id}):
        return
    with changes.together():
        changes.create(model, by=by, user_id=by.id, **{relation: said})
        changes.update(said, by=by, like_count=said.like_count + 1)


def unlike(said: Post | Comment, *, by: Actor) -> None:
    """Take a like back; there need not be one."""
    model, relation = LIKES[type(said)]
    for given in model._default_manager.filter(**{relation: said, "user": by.id}):
        delete_like(given, by=by)


def delete_like(given: PostLike | CommentLike, *, by: Actor) -> None:
    """Delete a like, which its post or comment then no longer counts."""
    with changes.together():
        said: Post | Comment = changes.locked(
            given.post if isinstance(given, PostLike) else given.comment
        )
        changes.delete(given, by=by)
        changes.update(said, by=by, like_count=max(0, said.like_count - 1))
