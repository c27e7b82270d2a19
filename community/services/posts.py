"""Changes to posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from resources.api import changes

if TYPE_CHECKING:
    from community.models import Post
    from resources.api import Actor


def edit_post(post: Post, *, by: Actor, **values: object) -> Post:
    """Change a post; one that says something else from then on says when that was."""
    if values.get("text", post.text) != post.text:
        values["edited_at"] = timezone.now()
    return changes.update(post, by=by, **values)


def hide_post(post: Post, *, by: Actor) -> Post:
    """Hide a post from all but its author and the moderators."""
    return changes.update(post, by=by, is_hidden=True)


def show_post(post: Post, *, by: Actor) -> Post:
    """Show a hidden post again."""
    return changes.update(post, by=by, is_hidden=False)
