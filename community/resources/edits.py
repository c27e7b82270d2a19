"""What of earlier texts is offered to clients."""

from community.models import Edit
from community.resources.rules import AUTHOR, MODERATORS
from resources.api import SIGNED_IN, Resource, register, visible, where

OF_WHAT_IS_SEEN = visible("post") | visible("comment")
READ_BY_EVERYBODY = where(was_public=True) | AUTHOR | MODERATORS


@register(Edit)
class EditResource(Resource):
    """What a post or a comment said from `written_at` until it was edited, at `created_at`.

    Members read it where everybody could read that text at its time. Moderators delete one that
    should not be read any more.
    """

    fields = (
        "id",
        "post",
        "comment",
        "author",
        "text",
        "was_public",
        "written_at",
        "created_at",
    )
    expand = ("post", "comment", "author")

    view = SIGNED_IN & OF_WHAT_IS_SEEN & READ_BY_EVERYBODY
    list = SIGNED_IN & OF_WHAT_IS_SEEN & READ_BY_EVERYBODY
    delete = MODERATORS

    filters = ("post", "comment", "author", "created_at")
    ordering = ("-created_at",)
