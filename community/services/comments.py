"""Changes to comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from community.models import Comment
from community.services.mentions import note_mentions
from resources.api import FieldError, changes, invalid

if TYPE_CHECKING:
    from cards.models import Card
    from community.models import Post
    from resources.api import Actor


def write_comment(
    *,
    by: Actor,
    post: Post | None = None,
    card: Card | None = None,
    parent: Comment | None = None,
    **values: object,
) -> Comment:
    """Comment on a post or on a card.

    Raises Problem 400 unless it is on one of the two, and for a reply to a comment elsewhere.
    """
    target = _only_one(post, card)
    if parent and (parent.post_id, parent.card_id) != (post and post.pk, card and card.pk):
        message = _("This comment was written somewhere else.")
        code = "other_post" if post else "other_card"
        raise invalid([FieldError("parent", code, message)])
    depth = parent.depth + 1 if parent else 0
    with changes.together():
        current = changes.locked(target)
        values |= {"post": post, "card": card, "parent": parent, "depth": depth}
        comment = changes.create(Comment, by=by, **values)
        note_mentions(comment, comment.text, by=by)
        changes.update(current, by=by, comment_count=current.comment_count + 1)
    return comment


def delete_comment(comment: Comment, *, by: Actor) -> None:
    """Delete a comment; one with replies leaves a tombstone, so that the replies stay.

    A tombstone goes with the last reply to it.
    """
    with changes.together():
        target = changes.locked(_target(comment))
        counted = int(not comment.is_deleted)
        if comment.replies.exists():
            _empty(comment, by=by)
        else:
            _delete_with_tombstones(comment, by=by)
        changes.update(target, by=by, comment_count=max(0, target.comment_count - counted))


def hide_comment(comment: Comment, *, by: Actor) -> Comment:
    """Hide a comment from all but its author and the moderators."""
    return changes.update(comment, by=by, is_hidden=True)


def show_comment(comment: Comment, *, by: Actor) -> Comment:
    """Show a hidden comment again."""
    return changes.update(comment, by=by, is_hidden=False)


def _only_one(post: Post | None, card: Card | None) -> Post | Card:
    """Return what is commented on; raises Problem 400 unless that is one thing."""
    target = post or card
    if target is None:
        raise invalid([FieldError("post", "required", _("Name the post or the card."))])
    if post and card:
        message = _("A comment is on a post or on a card.")
        raise invalid([FieldError("card", "not_allowed", message)])
    return target


def _target(comment: Comment) -> Post | Card:
    """Return what a comment is on."""
    return comment.post or cast("Card", comment.card)


def _empty(comment: Comment, *, by: Actor) -> None:
    """Leave of a comment what its replies need, and nothing of what it said."""
    for said in (*comment.edits.all(), *comment.mentions.all()):
        changes.delete(said, by=by)
    changes.update(comment, by=by, text="", is_deleted=True)


def _delete_with_tombstones(comment: Comment, *, by: Actor) -> None:
    """Delete a comment, and the tombstones above it that nobody answers any more."""
    doomed: Comment | None = comment
    while doomed is not None:
        parent = doomed.parent
        changes.delete(doomed, by=by)
        is_spent = parent is not None and parent.is_deleted and not parent.replies.exists()
        doomed = parent if is_spent else None
