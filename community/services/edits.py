"""Editing what posts and comments say, and keeping what they said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from community.models import Comment, Edit, Post
from community.services.mentions import update_mentions
from resources.api import ANONYMOUS, changes, registry

if TYPE_CHECKING:
    from resources.api import Actor


def edit_text[Said: (Post, Comment)](said: Said, *, by: Actor, **values: object) -> Said:
    """Change a post or a comment; one that says something else keeps what it said before."""
    text = str(values.get("text", said.text))
    with changes.together():
        if text != said.text:
            _keep_text(said, by=by)
            update_mentions(said, text, by=by)
            values["edited_at"] = timezone.now()
        return changes.update(said, by=by, **values)


def _keep_text(edited: Post | Comment, *, by: Actor) -> Edit:
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
