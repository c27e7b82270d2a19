"""What of reactions is offered to clients."""

from community.models import Reaction
from community.services import reactions
from resources.api import UNSILENCED, Resource, actor, own, register, visible
from users.rules import unblocked, unmuted

TO_WHAT_IS_SEEN = visible("post") | visible("comment") | visible("message")


@register(Reaction)
class ReactionResource(Resource):
    """An emoji that a member put to a post, a comment or a message.

    `reaction_counts` of what it is to counts them. Which emojis there are is the server's setting;
    a refused one is answered with the list.
    """

    fields = ("id", "user", "post", "comment", "message", "emoji", "created_at")
    writable = ("post", "comment", "message", "emoji")
    presets = {"user": actor}
    expand = ("user", "post", "comment", "message")

    view = TO_WHAT_IS_SEEN & unblocked("user")
    list = TO_WHAT_IS_SEEN & unblocked("user") & unmuted("user")
    create = own("user") & UNSILENCED
    delete = own("user")

    filters = ("user", "post", "comment", "message", "created_at")
    scans = ("emoji",)
    ordering = ("-created_at",)
    topics = ("post", "comment", "message")

    creates = reactions.react
    deletes = reactions.take_back
