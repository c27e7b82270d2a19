"""Keeping what posts and comments said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Edit, Post
from resources.api import ANONYMOUS, changes, registry

if TYPE_CHECKING:
    from community.models import Comment
    from resources.api import Actor


def keep_text(edited: Post | Comment, *, by: Actor) -> Edit:
    """Keep what a post or a comment says, before it says something else.

    Earlier texts that not everybody could read (the post was hidden, say, or the card private) are
    the author's and the moderators' for ever.
    """
    view = registry.resource_of(type(edited)).view
    relation = "post" if isinstance(edited, Post) else "comment"
    return changes.create(
        Edit,
        by=by,
        author_id=edited.author_id,
        text=edited.text,
        written_at=edited.edited_at or edited.created_at,
        was_public=view.permits(ANONYMOUS, edited),
        **{relation: edited},
    )
