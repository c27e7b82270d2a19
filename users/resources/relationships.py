"""Who follows, blocks and mutes whom."""

from resources.api import SIGNED_IN, Resource, own, register, visible
from users.models import Block, Follow, Mute
from users.services import relationships


@register(Follow)
class FollowResource(Resource):
    """Who follows whom, as signed-in members see it. Follow with `PUT /api/v1/users/{id}/follow`.

    `?followed=<id>` are a member's followers, `?follower=<id>` those whom a member follows.
    """

    fields = ("id", "follower", "followed", "created_at")
    expand = ("follower", "followed")

    view = SIGNED_IN & visible("follower") & visible("followed")
    list = SIGNED_IN & visible("follower") & visible("followed")

    filters = ("follower", "followed", "created_at")
    ordering = ("-created_at",)

    deletes = relationships.delete_follow


@register(Block)
class BlockResource(Resource):
    """The members whom you have blocked. Block with `PUT /api/v1/users/{id}/block`.

    Delete one to unblock a member who has blocked you as well, and whom you can't look up then.
    """

    fields = ("id", "blocker", "blocked", "created_at")
    expand = ("blocked",)

    view = own("blocker")
    list = own("blocker")
    delete = own("blocker")

    filters = ("blocked", "created_at")
    ordering = ("-created_at",)

    governs = ("blocker", "blocked")


@register(Mute)
class MuteResource(Resource):
    """The members whom you have muted. Mute with `PUT /api/v1/users/{id}/mute`."""

    fields = ("id", "muter", "muted", "created_at")
    expand = ("muted",)

    view = own("muter")
    list = own("muter")
    delete = own("muter")

    filters = ("muted", "created_at")
    ordering = ("-created_at",)
