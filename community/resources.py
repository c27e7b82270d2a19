"""What of posts and comments is offered to clients."""

from community import services
from community.models import Comment, Post
from resources.declaration import RecordAction, Resource, actor
from resources.registry import register
from resources.rules import UNSILENCED, has_role, own, visible, where

AUTHOR = own("author")
MODERATORS = has_role("moderator", "admin")
SHOWN = where(is_hidden=False)


@register(Post)
class PostResource(Resource):
    """A member's post, often about a card or a template."""

    fields = (
        "id",
        "author",
        "text",
        "card",
        "template",
        "image",
        "tags",
        "is_hidden",
        "comment_count",
        "created_at",
        "updated_at",
    )
    writable = ("text", "card", "template", "image", "tags")
    editable = ("text", "tags")
    presets = {"author": actor}
    expand = ("author", "card", "template")

    view = SHOWN | AUTHOR | MODERATORS
    list = SHOWN | AUTHOR | MODERATORS
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | MODERATORS

    filters = ("author", "card", "template", "tags", "created_at", "comment_count")
    scans = ("text",)
    search = ("text", "tags")
    ordering = ("-created_at", "-comment_count")
    topics = ("author", "card")

    actions = (
        RecordAction("hide", "PUT", MODERATORS, services.hide_post, "Hide the post"),
        RecordAction("hide", "DELETE", MODERATORS, services.show_post, "Show it again"),
    )


@register(Comment)
class CommentResource(Resource):
    """A comment on a post, or a reply to one."""

    fields = ("id", "post", "parent", "author", "text", "depth", "created_at", "updated_at")
    writable = ("post", "parent", "text")
    editable = ("text",)
    presets = {"author": actor}
    expand = ("author", "post", "parent")

    view = (visible("post") & SHOWN) | AUTHOR | MODERATORS
    list = (visible("post") & SHOWN) | AUTHOR | MODERATORS
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | MODERATORS

    filters = ("post", "parent", "author", "created_at")
    scans = ("text",)
    ordering = ("created_at",)
    topics = ("post",)

    creates = services.write_comment
    deletes = services.delete_comment
