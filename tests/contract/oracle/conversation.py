"""What belongs to posts, comments and messages: mentions, reactions, earlier texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.oracle.community import (
    may_list_comment,
    may_list_message,
    may_list_post,
    may_view_comment,
    may_view_message,
    may_view_post,
)
from tests.contract.oracle.words import Oracle, Says, Who, Writes, alike

if TYPE_CHECKING:
    from community.models import Edit, Poll, Reaction


VIEWED: dict[str, Says] = {
    "post": may_view_post,
    "comment": may_view_comment,
    "message": may_view_message,
}
LISTED: dict[str, Says] = {
    "post": may_list_post,
    "comment": may_list_comment,
    "message": may_list_message,
}


def may_view_about(who: Who, row: object) -> bool:
    """Tell whether somebody may see the post, the comment or the message that a row is about."""
    return any(
        says(who, said)
        for relation, says in VIEWED.items()
        if (said := getattr(row, relation, None)) is not None
    )


def may_list_about(who: Who, row: object) -> bool:
    return any(
        says(who, said)
        for relation, says in LISTED.items()
        if (said := getattr(row, relation, None)) is not None
    )


def may_view_reaction(who: Who, reaction: Reaction) -> bool:
    return may_view_about(who, reaction) and not who.is_apart_from(reaction.user_id)


def may_list_reaction(who: Who, reaction: Reaction) -> bool:
    return may_list_reactions_of(who, reaction) and reaction.user_id not in who.muted


def may_list_reactions_of(who: Who, reaction: Reaction) -> bool:
    return may_list_about(who, reaction) and not who.is_apart_from(reaction.user_id)


def may_list_reactions_to(who: Who, reaction: Reaction) -> bool:
    return may_view_reaction(who, reaction) and reaction.user_id not in who.muted


def _reads(who: Who, edit: Edit) -> bool:
    is_open = edit.was_public or who.id == edit.author_id or who.moderates
    return who.id is not None and is_open


def may_view_edit(who: Who, edit: Edit) -> bool:
    return _reads(who, edit) and may_view_about(who, edit)


def may_list_edit(who: Who, edit: Edit) -> bool:
    return _reads(who, edit) and may_list_about(who, edit)


def may_view_poll(who: Who, poll: Poll) -> bool:
    return may_view_post(who, poll.post)


def may_list_poll(who: Who, poll: Poll) -> bool:
    return may_list_post(who, poll.post)


def knows_results(who: Who, poll: Poll) -> bool:
    has_voted = who.id in [vote.user_id for vote in poll.votes.all()]
    return not poll.has_hidden_results or poll.is_closed or (who.id is not None and has_voted)


def is_theirs(who: Who, row: Any) -> bool:
    return bool(who.id == row.user_id)


ORACLES = {
    "polls": Oracle(
        may_view_poll, may_list_poll, {"post": may_view_poll}, {"counts": knows_results}
    ),
    "poll-votes": alike(is_theirs),
    "room-reads": alike(is_theirs),
    "mentions": Oracle(may_view_about, may_list_about, dict.fromkeys(VIEWED, may_view_about)),
    "reactions": Oracle(
        may_view_reaction,
        may_list_reaction,
        {"user": may_list_reactions_of, **dict.fromkeys(VIEWED, may_list_reactions_to)},
    ),
    "edits": Oracle(
        may_view_edit, may_list_edit, dict.fromkeys(("post", "comment"), may_view_edit)
    ),
}


def may_react(who: Who, reaction: Reaction) -> bool:
    return who.speaks and may_view_about(who, reaction)


def may_take_back(who: Who, reaction: Reaction) -> bool:
    return bool(who.id == reaction.user_id)


def may_delete_edit(who: Who, _edit: object) -> bool:
    return who.moderates


def may_start_poll(who: Who, poll: Poll) -> bool:
    return who.speaks and who.id == poll.post.author_id


def may_delete_poll(who: Who, poll: Poll) -> bool:
    return who.id == poll.post.author_id or who.moderates


WRITES = {
    "polls": Writes(may_start_poll, deletes=may_delete_poll),
    "reactions": Writes(may_react, deletes=may_take_back),
    "edits": Writes(deletes=may_delete_edit),
}
