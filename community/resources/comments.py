"""What of comments is offered to clients."""

from community.models import Comment
from community.resources.rules import AUTHOR, MODERATORS, SHOWN
from community.services import comments
from resources.api import UNSILENCED, Resource, actor, register, visible, where

KEPT = where(is_deleted=False)


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

    creates = comments.write_comment
    deletes = comments.delete_comment
