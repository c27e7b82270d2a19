"""Posts and comments; rooms, who is in them and what is said there."""

from typing import Any

from tests.contract.oracle.cards import may_list_card, may_view_card
from tests.contract.oracle.words import Oracle, Who, alike


def may_view_post(who: Who, post: Any) -> bool:
    return not post.is_hidden or who.id == post.author_id or who.moderates


def may_view_comment(who: Who, comment: Any) -> bool:
    is_open = not comment.is_hidden and may_view_post(who, comment.post)
    return is_open or who.id == comment.author_id or who.moderates


def knows_commenter(who: Who, comment: Any) -> bool:
    return not comment.is_deleted or who.moderates


def is_in(who: Who, room: Any) -> bool:
    invited = [member.user_id for member in room.members.all()]
    return who.id is not None and who.id in (room.creator_id, *invited)


def may_view_room(who: Who, room: Any) -> bool:
    if room.card is not None and not may_view_card(who, room.card):
        return False
    return not room.is_private or is_in(who, room)


def may_list_room(who: Who, room: Any) -> bool:
    is_about_listed = room.card is None or may_list_card(who, room.card)
    return may_view_room(who, room) and (is_about_listed or is_in(who, room))


def may_view_member(who: Who, member: Any) -> bool:
    return who.id == member.user_id or may_view_room(who, member.room)


def may_list_member(who: Who, member: Any) -> bool:
    return who.id == member.user_id or may_list_room(who, member.room)


def may_read(who: Who, message: Any) -> bool:
    keeps = who.id in (message.author_id, message.room.creator_id) or who.moderates
    return not message.is_hidden or keeps


def may_view_message(who: Who, message: Any) -> bool:
    return may_view_room(who, message.room) and may_read(who, message)


def may_list_message(who: Who, message: Any) -> bool:
    return may_list_room(who, message.room) and may_read(who, message)


ORACLES = {
    "posts": alike(may_view_post),
    "comments": alike(may_view_comment, author=knows_commenter),
    "rooms": Oracle(may_view_room, may_list_room, {"card": may_view_room}),
    "room-members": Oracle(may_view_member, may_list_member, {"room": may_view_member}),
    "messages": Oracle(may_view_message, may_list_message, {"room": may_view_message}),
}
