"""Posts and comments; rooms, who is in them and what is said there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.oracle.cards import may_list_card, may_view_card
from tests.contract.oracle.words import Oracle, Says, Who, Writes, alike

if TYPE_CHECKING:
    from community.models import Comment, FeedItem, FeedRead, Message, Post, Room, RoomMember


def may_view_post(who: Who, post: Post) -> bool:
    may_see = not post.is_hidden or who.id == post.author_id or who.moderates
    return may_see and not who.is_apart_from(post.author_id)


def may_list_post(who: Who, post: Post) -> bool:
    return may_view_post(who, post) and post.author_id not in who.muted


def may_see_comment(who: Who, comment: Comment, post_says: Says, card_says: Says) -> bool:
    on_post = comment.post is not None and post_says(who, comment.post)
    on_card = comment.card is not None and card_says(who, comment.card)
    is_open = not comment.is_hidden and (on_post or on_card)
    may_see = is_open or who.id == comment.author_id or who.moderates
    return may_see and not who.is_apart_from(comment.author_id)


def may_view_comment(who: Who, comment: Comment) -> bool:
    return may_see_comment(who, comment, may_view_post, may_view_card)


def may_list_comments_by(who: Who, comment: Comment) -> bool:
    return may_see_comment(who, comment, may_list_post, may_list_card)


def may_list_comments_on(who: Who, comment: Comment) -> bool:
    return may_view_comment(who, comment) and comment.author_id not in who.muted


def may_list_comment(who: Who, comment: Comment) -> bool:
    return may_list_comments_by(who, comment) and comment.author_id not in who.muted


def knows_commenter(who: Who, comment: Comment) -> bool:
    return not comment.is_deleted or who.moderates


def is_in(who: Who, room: Room) -> bool:
    invited = [member.user_id for member in room.members.all()]
    return who.id is not None and who.id in (room.creator_id, *invited)


def may_view_room(who: Who, room: Room) -> bool:
    if room.card is not None and not may_view_card(who, room.card):
        return False
    may_see = not room.is_private or is_in(who, room)
    return may_see and not who.is_apart_from(room.creator_id)


def may_list_rooms_of(who: Who, room: Room) -> bool:
    is_about_listed = room.card is None or may_list_card(who, room.card)
    return may_view_room(who, room) and (is_about_listed or is_in(who, room))


def may_list_rooms_about(who: Who, room: Room) -> bool:
    is_heard = room.creator_id not in who.muted or is_in(who, room)
    return may_view_room(who, room) and is_heard


def may_list_room(who: Who, room: Room) -> bool:
    return may_list_rooms_of(who, room) and may_list_rooms_about(who, room)


def keeps(who: Who, room: Room) -> bool:
    return who.id == room.creator_id or who.moderates


def may_see_member(who: Who, member: RoomMember, room_says: Says) -> bool:
    meets = keeps(who, member.room) or not who.is_apart_from(member.user_id)
    return who.id == member.user_id or (room_says(who, member.room) and meets)


def may_view_member(who: Who, member: RoomMember) -> bool:
    return may_see_member(who, member, may_view_room)


def may_list_member(who: Who, member: RoomMember) -> bool:
    return may_see_member(who, member, may_list_room)


def may_read(who: Who, message: Message) -> bool:
    if who.id == message.author_id or keeps(who, message.room):
        return True
    return not message.is_hidden and not who.is_apart_from(message.author_id)


def may_view_message(who: Who, message: Message) -> bool:
    return may_view_room(who, message.room) and may_read(who, message)


def may_list_messages_in(who: Who, message: Message) -> bool:
    return may_view_message(who, message) and message.author_id not in who.muted


def may_list_messages_by(who: Who, message: Message) -> bool:
    return may_list_room(who, message.room) and may_read(who, message)


def may_list_message(who: Who, message: Message) -> bool:
    return may_list_messages_by(who, message) and message.author_id not in who.muted


def may_view_feed(who: Who, item: FeedItem) -> bool:
    if item.card is not None:
        return bool(item.is_shown and may_view_card(who, item.card))
    return bool(item.is_shown and item.post is not None and may_view_post(who, item.post))


def may_list_feed(who: Who, item: FeedItem) -> bool:
    if item.card is not None:
        return bool(item.is_shown and may_list_card(who, item.card))
    return bool(item.is_shown and item.post is not None and may_list_post(who, item.post))


def has_read(who: Who, read: FeedRead) -> bool:
    return bool(who.id == read.user_id)


def likes(who: Who, like: Any) -> bool:
    return bool(who.id == like.user_id)


ORACLES = {
    "feed": Oracle(may_view_feed, may_list_feed, dict.fromkeys(("card", "post"), may_view_feed)),
    "feed-reads": alike(has_read),
    "posts": Oracle(may_view_post, may_list_post, {"author": may_view_post}),
    "comments": Oracle(
        may_view_comment,
        may_list_comment,
        {
            "author": may_list_comments_by,
            "post": may_list_comments_on,
            "card": may_list_comments_on,
        },
        {"author": knows_commenter},
    ),
    "post-likes": alike(likes),
    "comment-likes": alike(likes),
    "rooms": Oracle(
        may_view_room,
        may_list_room,
        {"card": may_list_rooms_about, "creator": may_list_rooms_of},
    ),
    "room-members": Oracle(may_view_member, may_list_member, {"room": may_view_member}),
    "messages": Oracle(
        may_view_message,
        may_list_message,
        {"author": may_list_messages_by, "room": may_list_messages_in},
    ),
}


def may_write_post(who: Who, post: Post) -> bool:
    return who.speaks and (post.card is None or may_view_card(who, post.card))


def may_edit_own(who: Who, row: Post | Comment) -> bool:
    return who.speaks and who.id == row.author_id


def may_delete_said(who: Who, row: Post | Comment) -> bool:
    return who.id == row.author_id or who.moderates


def may_comment(who: Who, comment: Comment) -> bool:
    on_post = comment.post is not None and may_view_post(who, comment.post)
    on_card = comment.card is not None and may_view_card(who, comment.card)
    return who.speaks and (on_post or on_card)


def may_edit_comment(who: Who, comment: Comment) -> bool:
    return may_edit_own(who, comment) and not comment.is_deleted


def may_open_room(who: Who, room: Room) -> bool:
    is_about_seen = room.card is None or may_view_card(who, room.card)
    return who.speaks and who.is_verified and is_about_seen


def may_edit_room(who: Who, room: Room) -> bool:
    return who.speaks and who.id == room.creator_id


def may_delete_room(who: Who, room: Room) -> bool:
    return keeps(who, room)


def may_invite(who: Who, member: RoomMember) -> bool:
    return may_edit_room(who, member.room) and who.is_on_terms_with(member.user_id)


def may_take_out(who: Who, member: RoomMember) -> bool:
    return who.id == member.user_id or may_delete_room(who, member.room)


def may_speak_in(who: Who, message: Message) -> bool:
    return who.speaks and who.is_verified and may_view_room(who, message.room)


def may_delete_message(who: Who, message: Message) -> bool:
    return who.id == message.author_id or may_delete_room(who, message.room)


WRITES = {
    "posts": Writes(may_write_post, may_edit_own, may_delete_said),
    "comments": Writes(may_comment, may_edit_comment, may_delete_said),
    "rooms": Writes(may_open_room, may_edit_room, may_delete_room),
    "room-members": Writes(creates=may_invite, deletes=may_take_out),
    "messages": Writes(may_speak_in, may_edit_own, may_delete_message),
}
