"""What of likes is offered to clients."""

from django.utils.translation import gettext_lazy as _

from community.models import CommentLike, PostLike
from community.services import likes
from resources.api import Resource, linked, own, register

LIKES_POST = linked("community.PostLike", row="post", member="user", words=_("whoever likes it"))
LIKES_COMMENT = linked(
    "community.CommentLike", row="comment", member="user", words=_("whoever likes it")
)


@register(PostLike)
class PostLikeResource(Resource):
    """The posts that you like. Like one with `PUT /api/v1/posts/{id}/like`."""

    fields = ("id", "post", "user", "created_at")
    expand = ("post",)

    view = own("user")
    list = own("user")

    filters = ("post", "created_at")
    ordering = ("-created_at",)

    deletes = likes.delete_like


@register(CommentLike)
class CommentLikeResource(Resource):
    """The comments that you like. Like one with `PUT /api/v1/comments/{id}/like`."""

    fields = ("id", "comment", "user", "created_at")
    expand = ("comment",)

    view = own("user")
    list = own("user")

    filters = ("comment", "created_at")
    ordering = ("-created_at",)

    deletes = likes.delete_like
