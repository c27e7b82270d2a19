"""What of chat is offered to clients."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from community.models import Message, Room, RoomMember
from community.resources.rules import AUTHOR, MODERATORS, SHOWN
from community.services import chat, room_reads
from resources.api import (
    SIGNED_IN,
    UNSILENCED,
    VERIFIED,
    RecordAction,
    Resource,
    UnreadCount,
    actor,
    linked,
    own,
    register,
    visible,
    where,
)
from users.rules import on_terms, unblocked, unmuted

HOST = own("creator")
INVITED = linked(
    "community.RoomMember", row="room", member="user", words=_("an invited member of the room")
)
OPEN = where(is_private=False)
ABOUT_NOTHING = where(card__isnull=True)
ABOUT_WHAT_IS_SEEN = ABOUT_NOTHING | visible("card")
KEEPERS = visible("room", verb="delete")
UNREAD = UnreadCount(
    counted="community.Message",
    author="author",
    mark="community.RoomRead",
    member="user",
    moment="read_at",
    row="room",
    name=_("Messages of others since the viewer's reading mark, 100 at most; 0 without a mark"),
)


class ReadInput(serializers.Serializer[object]):
    """The last message that was read; without one, all are."""

    message = serializers.UUIDField(required=False)


@register(Room)
class RoomResource(Resource):
    """A place to chat, often about a card. Its `messages` are a resource and a topic."""

    fields = (
        "id",
        "creator",
        "title",
        "description",
        "card",
        "is_private",
        "is_closed",
        "message_count",
        "last_message_at",
        "created_at",
        "updated_at",
    )
    # What was said in private stays private: who may look in is decided once.
    writable = ("title", "description", "card", "is_private")
    editable = ("title", "description")
    presets = {"creator": actor}
    expand = ("creator", "card")
    viewer = {"unread_count": UNREAD}

    view = (OPEN | HOST | INVITED) & ABOUT_WHAT_IS_SEEN & unblocked("creator")
    # Who is in a room finds it, though it is about a card that is not listed.
    list = (
        (OPEN & ABOUT_WHAT_IS_SEEN & unmuted("creator"))
        | ((HOST | INVITED) & (ABOUT_NOTHING | visible("card", verb="view")))
    ) & unblocked("creator")
    create = HOST & VERIFIED & UNSILENCED
    update = HOST & UNSILENCED
    delete = HOST | MODERATORS

    filters = ("creator", "card", "created_at", "last_message_at")
    scans = ("title", "is_private", "is_closed", "message_count", "updated_at")
    search = ("title", "description")
    screened = ("title", "description")
    ordering = ("-last_message_at", "-created_at")
    sorts_scanned = ("title", "-message_count")
    topics = ("creator", "card")

    actions = (
        RecordAction(
            "read",
            "PUT",
            SIGNED_IN,
            room_reads.mark_read,
            _("Mark it as read"),
            takes=ReadInput,
        ),
        RecordAction(
            "read", "DELETE", SIGNED_IN, room_reads.forget_mark, _("Stop counting what is unread")
        ),
        RecordAction("close", "PUT", HOST | MODERATORS, chat.close_room, _("Close the room")),
        RecordAction("close", "DELETE", HOST | MODERATORS, chat.reopen_room, _("Open it again")),
    )


@register(RoomMember)
class RoomMemberResource(Resource):
    """A member who was invited to a room."""

    fields = ("id", "room", "user", "created_at")
    writable = ("room", "user")
    expand = ("room", "user")

    view = own("user") | (visible("room") & (unblocked("user") | KEEPERS))
    list = own("user") | (visible("room") & (unblocked("user") | KEEPERS))
    create = visible("room", verb="update") & on_terms("user")
    delete = own("user") | KEEPERS

    filters = ("room", "user", "created_at")
    ordering = ("-created_at",)
    topics = ("room", "user")

    creates = room_reads.invite


@register(Message)
class MessageResource(Resource):
    """What a member says in a room; the newest come first."""

    fields = (
        "id",
        "room",
        "author",
        "body",
        "reply_to",
        "reaction_counts",
        "is_hidden",
        "edited_at",
        "created_at",
        "updated_at",
    )
    writable = ("room", "body", "reply_to")
    editable = ("body",)
    presets = {"author": actor}
    expand = ("author", "room", "reply_to")

    # Nobody can keep what they say from those who look after the room by blocking them.
    view = visible("room") & ((SHOWN & unblocked("author")) | AUTHOR | KEEPERS)
    list = view & unmuted("author")
    create = visible("room") & AUTHOR & VERIFIED & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | KEEPERS

    filters = ("room", "author", "created_at")
    search = ("body",)
    screened = ("body",)
    ordering = ("-created_at",)
    topics = ("room",)

    creates = chat.write_message
    updates = chat.edit_message
    deletes = chat.delete_message
    actions = (
        RecordAction("hide", "PUT", KEEPERS, chat.hide_message, _("Hide the message")),
        RecordAction("hide", "DELETE", KEEPERS, chat.show_message, _("Show it again")),
    )
