"""What of comments is offered to clients."""

from django.utils.translation import gettext_lazy as _

from community.models import Comment
from community.resources.likes import LIKES_COMMENT
from community.resources.rules import AUTHOR, MODERATORS, SHOWN
from community.services import comments, edits, likes
from resources.api import (
    SIGNED_IN,
    UNSILENCED,
    RecordAction,
    Resource,
    actor,
    register,
    visible,
    where,
)
from users.rules import unblocked, unmuted

KEPT = where(is_deleted=False)
OPEN = ((visible("post") | visible("card")) & SHOWN) | AUTHOR | MODERATORS


@register(Comment)
class CommentResource(Resource):
    """A comment on a post or on a card, or a reply to one.

    A deleted comment that others have answered stays, `is_deleted` and without text or author.
    """

    fields = (
        "id",
        "post",
        "card",
        "parent",
        "author",
        "text",
        "depth",
        "is_deleted",
        "is_hidden",
        "edited_at",
        "reaction_counts",
        "like_count",
        "created_at",
        "updated_at",
    )
    writable = ("post", "card", "parent", "text")
    editable = ("text",)
    presets = {"author": actor}
    readers = {"author": KEPT | MODERATORS}
    expand = ("author", "post", "card", "parent")
    viewer = {"liked": LIKES_COMMENT}

    view = OPEN & unblocked("author")
    list = OPEN & unblocked("author") & unmuted("author")
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED & KEPT
    delete = AUTHOR | MODERATORS

    filters = ("post", "card", "parent", "author", "created_at", "updated_at", "like_count")
    scans = ("text",)
    screened = ("text",)
    ordering = ("created_at", "-like_count", "-updated_at")
    topics = ("post", "card")

    creates = comments.write_comment
    updates = edits.edit_text
    deletes = comments.delete_comment
    actions = (
        RecordAction("hide", "PUT", MODERATORS, comments.hide_comment, _("Hide the comment")),
        RecordAction("hide", "DELETE", MODERATORS, comments.show_comment, _("Show it again")),
        RecordAction(
            "like",
            "PUT",
            SIGNED_IN & UNSILENCED & KEPT,
            likes.like,
            _("Like the comment"),
        ),
        RecordAction("like", "DELETE", SIGNED_IN, likes.unlike, _("Take the like back")),
    )
