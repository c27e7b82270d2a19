"""What of posts is offered to clients."""

from django.utils.translation import gettext_lazy as _

from community.models import Post
from community.resources.likes import LIKES_POST
from community.resources.rules import AUTHOR, MODERATORS, SHOWN
from community.services import edits, likes, posts
from resources.api import SIGNED_IN, UNSILENCED, RecordAction, Resource, actor, register
from users.rules import unblocked, unmuted


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
        "edited_at",
        "reaction_counts",
        "like_count",
        "comment_count",
        "created_at",
        "updated_at",
    )
    writable = ("text", "card", "template", "images", "attachment", "tags")
    editable = ("text", "images", "attachment", "tags")
    presets = {"author": actor}
    expand = ("author", "card", "template")
    viewer = {"liked": LIKES_POST}

    view = (SHOWN | AUTHOR | MODERATORS) & unblocked("author")
    list = (SHOWN | AUTHOR | MODERATORS) & unblocked("author") & unmuted("author")
    create = AUTHOR & UNSILENCED
    update = AUTHOR & UNSILENCED
    delete = AUTHOR | MODERATORS

    filters = (
        "author",
        "card",
        "template",
        "tags",
        "created_at",
        "updated_at",
        "like_count",
        "comment_count",
    )
    scans = ("text", "images", "edited_at")
    search = ("text", "tags")
    screened = ("text", "tags")
    numbered_pages = True
    ordering = ("-created_at", "-like_count", "-comment_count", "-updated_at")
    sorts_scanned = ("author.username", "@random")
    topics = ("author", "card")

    creates = posts.write_post
    updates = edits.edit_text
    actions = (
        RecordAction("like", "PUT", SIGNED_IN & UNSILENCED, likes.like, _("Like the post")),
        RecordAction("like", "DELETE", SIGNED_IN, likes.unlike, _("Take the like back")),
        RecordAction("hide", "PUT", MODERATORS, posts.hide_post, _("Hide the post")),
        RecordAction("hide", "DELETE", MODERATORS, posts.show_post, _("Show it again")),
    )
