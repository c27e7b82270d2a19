"""Reactions to posts, comments and messages; each counts on what it is to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from community.models import Comment, Reaction
from resources.api import FieldError, changes, invalid

if TYPE_CHECKING:
    from community.models import Message, Post
    from resources.api import Actor

type Target = Post | Comment | Message


def react(
    *,
    by: Actor,
    emoji: str,
    post: Post | None = None,
    comment: Comment | None = None,
    message: Message | None = None,
    **values: object,
) -> Reaction:
    """React to a post, a comment or a message.

    Raises Problem 400 unless it is to one of the three that is still there, with an emoji of
    `settings.REACTIONS`.
    """
    allowed: list[str] = settings.REACTIONS
    if emoji not in allowed:
        words = _("React with one of these: %(emojis)s") % {"emojis": " ".join(allowed)}
        raise invalid([FieldError("emoji", "not_allowed", words)])
    target = _only_one(post, comment, message)
    with changes.together():
        current = changes.locked(target)
        if isinstance(current, Comment) and current.is_deleted:
            raise invalid([FieldError("comment", "deleted", _("This comment is deleted."))])
        values |= {"post": post, "comment": comment, "message": message, "emoji": emoji}
        reaction = changes.create(Reaction, by=by, **values)
        _count(current, emoji, 1, by=by)
    return reaction


def take_back(reaction: Reaction, *, by: Actor) -> None:
    """Delete a reaction, which its target then no longer counts."""
    with changes.together():
        target = changes.locked(_only_one(reaction.post, reaction.comment, reaction.message))
        changes.delete(reaction, by=by)
        _count(target, reaction.emoji, -1, by=by)


def _only_one(*targets: Target | None) -> Target:
    """Return what is reacted to; raises Problem 400 unless that is one thing."""
    named = [target for target in targets if target]
    if len(named) != 1:
        message = _("A reaction is to a post, a comment or a message.")
        raise invalid([FieldError("post", "required", message)])
    return named[0]


def _count(target: Target, emoji: str, difference: int, *, by: Actor) -> None:
    count = target.reaction_counts.get(emoji, 0) + difference
    others = {name: n for name, n in target.reaction_counts.items() if name != emoji}
    counts = others | ({emoji: count} if count > 0 else {})
    changes.update(target, by=by, reaction_counts=counts)
