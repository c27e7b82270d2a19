"""What of mentions is offered to clients."""

from community.models import Mention
from resources.api import Resource, register, visible

IN_WHAT_IS_SEEN = visible("post") | visible("comment") | visible("message")


@register(Mention)
class MentionResource(Resource):
    """That a post, a comment or a message names a member by `@username`.

    Written with the text: members whom its author may not speak to are not mentioned.
    """

    fields = ("id", "member", "post", "comment", "message", "created_at")
    expand = ("member", "post", "comment", "message")

    view = IN_WHAT_IS_SEEN
    list = IN_WHAT_IS_SEEN

    filters = ("member", "post", "comment", "message", "created_at")
    ordering = ("-created_at",)
    topics = ("member", "post", "comment", "message")
