"""What of posts, comments and chat is offered to clients."""

from django.utils.translation import gettext_lazy as _

from community import services
from community.models import Comment, Message, Post, Room, RoomMember
from resources.api import (
    UNSILENCED,
    VERIFIED,
    RecordAction,
    Resource,
    actor,
    has_role,
    linked,
    own,
    register,
    visible,
    where,
)

AUTHOR = own("author")
MODERATORS = has_role("moderator", "admin")
SHOWN = where(is_hidden=False)
KEPT = where(is_deleted=False)
HOST = own("creator")
INVITED = linked(
    "community.RoomMember", row="room", member="user", words=_("an invited member of the room")
)
OPEN = where(is_private=False)
ABOUT_NOTHING = where(card__isnull=True)
ABOUT_WHAT_IS_SEEN = ABOUT_NOTHING | visible("card")
KEEPERS = visible("room", verb="delete")


@register(Post)
class PostResource(Resource):
    """A member's post, often about a card or a template."""

    fields = (
        "id",
        "author",
        "text",
        "card",
        "template",
        "images",
        "attachment",
        "tags",
        "is_hidden",
        "comment_count",
        "created_at",
        "updated_at",
    )
    writable = ("text", "card", "template", "images", "attachment", "tags")
    editable = ("text", "images", "attachment", "tags")
    presets = {"author": actor}
    expand = ("author", "card", "template")

    view = SHOWN | AUTHOR | MODERATORS
    list = SHOWN | AUTHOR | MODERATORS
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | MODERATORS

    filters = ("author", "card", "template", "tags", "created_at", "updated_at", "comment_count")
    scans = ("text", "images")
    search = ("text", "tags")
    numbered_pages = True
    ordering = ("-created_at", "-comment_count", "-updated_at")
    sorts_scanned = ("author.username", "@random")
    topics = ("author", "card")

    actions = (
        RecordAction("hide", "PUT", MODERATORS, services.hide_post, _("Hide the post")),
        RecordAction("hide", "DELETE", MODERATORS, services.show_post, _("Show it again")),
    )


@register(Comment)
class CommentResource(Resource):
    """A comment on a post, or a reply to one.

    A deleted comment that others have answered stays, `is_deleted` and without text or author.
    """

    fields = (
        "id",
        "post",
        "parent",
        "author",
        "text",
        "depth",
        "is_deleted",
        "created_at",
        "updated_at",
    )
    writable = ("post", "parent", "text")
    editable = ("text",)
    presets = {"author": actor}
    readers = {"author": KEPT | MODERATORS}
    expand = ("author", "post", "parent")

    view = (visible("post") & SHOWN) | AUTHOR | MODERATORS
    list = (visible("post") & SHOWN) | AUTHOR | MODERATORS
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED & KEPT
    delete = AUTHOR | MODERATORS

    filters = ("post", "parent", "author", "created_at", "updated_at")
    scans = ("text",)
    ordering = ("created_at", "-updated_at")
    topics = ("post",)

    creates = services.write_comment
    deletes = services.delete_comment


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

    view = (OPEN | HOST | INVITED) & ABOUT_WHAT_IS_SEEN
    # Who is in a room finds it, though it is about a card that is not listed.
    list = (OPEN & ABOUT_WHAT_IS_SEEN) | (
        (HOST | INVITED) & (ABOUT_NOTHING | visible("card", verb="view"))
    )
    create = HOST & VERIFIED & UNSILENCED
    update = HOST & UNSILENCED
    delete = HOST | MODERATORS

    filters = ("creator", "card", "created_at", "last_message_at")
    scans = ("title", "is_private", "is_closed", "message_count", "updated_at")
    search = ("title", "description")
    ordering = ("-last_message_at", "-created_at")
    sorts_scanned = ("title", "-message_count")
    topics = ("creator", "card")

    actions = (
        RecordAction("close", "PUT", HOST | MODERATORS, services.close_room, _("Close the room")),
        RecordAction(
            "close", "DELETE", HOST | MODERATORS, services.reopen_room, _("Open it again")
        ),
    )


@register(RoomMember)
class RoomMemberResource(Resource):
    """A member who was invited to a room."""

    fields = ("id", "room", "user", "created_at")
    writable = ("room", "user")
    expand = ("room", "user")

    view = own("user") | visible("room")
    list = own("user") | visible("room")
    create = visible("room", verb="update")
    delete = own("user") | KEEPERS

    filters = ("room", "user", "created_at")
    ordering = ("-created_at",)
    topics = ("room", "user")


@register(Message)
class MessageResource(Resource):
    """What a member says in a room; the newest come first."""

    fields = (
        "id",
        "room",
        "author",
        "body",
        "reply_to",
        "is_hidden",
        "edited_at",
        "created_at",
        "updated_at",
    )
    writable = ("room", "body", "reply_to")
    editable = ("body",)
    presets = {"author": actor}
    expand = ("author", "room", "reply_to")

    view = visible("room") & (SHOWN | AUTHOR | KEEPERS)
    list = visible("room") & (SHOWN | AUTHOR | KEEPERS)
    create = visible("room") & AUTHOR & VERIFIED & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | KEEPERS

    filters = ("room", "author", "created_at")
    search = ("body",)
    ordering = ("-created_at",)
    topics = ("room",)

    creates = services.write_message
    updates = services.edit_message
    deletes = services.delete_message
    actions = (
        RecordAction("hide", "PUT", KEEPERS, services.hide_message, _("Hide the message")),
        RecordAction("hide", "DELETE", KEEPERS, services.show_message, _("Show it again")),
    )
