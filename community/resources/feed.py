"""What of the members' feed is offered to clients."""

from django.utils.translation import gettext_lazy as _

from community.models import FeedItem, FeedRead
from community.services import ranking
from resources.api import (
    SIGNED_IN,
    ListOption,
    LogConsumer,
    RecordAction,
    Resource,
    consume,
    linked,
    own,
    register,
    visible,
    where,
)
from users.rules import followed

READ = linked("community.FeedRead", row="item", member="user", words=_("whoever has read it"))
IN_FEED = where(is_shown=True) & (visible("card") | visible("post"))


@register(FeedItem)
class FeedResource(Resource):
    """Cards and posts as the community sees them: hot, new, best of a time, or of whom you follow.

    An item leads to a card or to a post: `expand=card.creator,post.author` answers them along, as
    far as you may see them. How the modes rank is written in docs/community.md, and
    `GET /api/v1/feed/explain` shows it for one item.
    """

    name = "feed"
    fields = (
        "id",
        "kind",
        "card",
        "post",
        "author",
        "points",
        "hot",
        "published_at",
    )
    expand = ("card", "post", "author")
    viewer = {"read": READ}

    view = IN_FEED
    list = IN_FEED

    filters = ("card", "post", "author")
    scans = ("kind",)
    ordering = ("-hot", "-published_at", "-points")
    options = {
        "mode": {
            "hot": ListOption(_("the newest and the most liked"), sort="-hot"),
            "new": ListOption(_("the newest first"), sort="-published_at"),
            "top": ListOption(_("the most liked first"), sort="-points"),
            "following": ListOption(
                _("the newest of those whom you follow"),
                where(is_shown=True) & followed("author"),
                sort="-published_at",
                is_sorted=True,
            ),
        },
        "window": {
            "all": ListOption(_("of all times")),
            "day": ListOption(_("published within a day"), where(recency__lte=0)),
            "week": ListOption(_("published within seven days"), where(recency__lte=1)),
            "month": ListOption(_("published within thirty days"), where(recency__lte=2)),
        },
        "unread": {
            "false": ListOption(_("all of them")),
            "true": ListOption(_("only what you have not read"), SIGNED_IN & ~READ),
        },
    }

    actions = (
        RecordAction("read", "PUT", SIGNED_IN, ranking.mark_read, _("Mark it as read")),
        RecordAction("read", "DELETE", SIGNED_IN, ranking.mark_unread, _("Mark it as unread")),
    )


@register(FeedRead)
class FeedReadResource(Resource):
    """What you have read of the feed. Mark an item with `PUT /api/v1/feed/{id}/read`."""

    fields = ("id", "item", "user", "created_at")
    expand = ("item",)

    view = own("user")
    list = own("user")

    filters = ("item", "created_at")
    ordering = ("-created_at",)


consume(
    LogConsumer("feed", frozenset({"cards", "posts"}), ranking.rank_changed, follows_counts=True)
)
