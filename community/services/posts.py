"""Changes to posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Post
from community.services.mentions import note_mentions
from resources.api import changes

if TYPE_CHECKING:
    from resources.api import Actor


def write_post(*, by: Actor, **values: object) -> Post:
    """Write a post."""
    with changes.together():
        post = changes.create(Post, by=by, **values)
        note_mentions(post, post.text, by=by)
    return post


def hide_post(post: Post, *, by: Actor) -> Post:
    """Hide a post from all but its author and the moderators."""
    return changes.update(post, by=by, is_hidden=True)


def show_post(post: Post, *, by: Actor) -> Post:
    """Show a hidden post again."""
    return changes.update(post, by=by, is_hidden=False)
