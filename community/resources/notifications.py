"""What members are told of, and where: inboxes, notifications, preferences, push messages."""

from django.utils.translation import gettext_lazy as _

from community.models import (
    Inbox,
    Notification,
    NotificationMute,
    NotificationPreference,
    PushSubscription,
)
from community.services import inboxes
from community.tasks.notifications import notify, open_inboxes
from resources.api import LogConsumer, RecordAction, Resource, actor, consume, own, register

MINE = own("user")
RECIPIENT = own("recipient")
TOLD_OF = frozenset(
    {
        "appeals",
        "blocks",
        "card-likes",
        "cards",
        "comment-likes",
        "comments",
        "follows",
        "mentions",
        "messages",
        "moderation-log",
        "mutes",
        "notifications",
        "post-likes",
        "posts",
        "reactions",
        "reports",
        "reviews",
        "sanctions",
        "templates",
        "users",
    }
)
"""The resources whose changes make notifications, or take them back."""


@register(Inbox)
class InboxResource(Resource):
    """Your inbox: how many notifications are unread, and how often they are mailed to you.

    Its id is yours, `inboxes/<your id>`, and so is its topic, which tells of `unread_count` live.
    `digest` is `off`, `daily` or `weekly`.
    """

    name = "inboxes"
    fields = ("id", "user", "unread_count", "digest", "created_at", "updated_at")
    editable = ("digest",)

    view = list = update = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)

    updates = inboxes.update_inbox
    actions = (
        RecordAction("read", "PUT", MINE, inboxes.read_everything, _("Mark everything as read")),
    )


@register(Notification)
class NotificationResource(Resource):
    """That somebody did something that concerns you; the latest come first.

    While it is unread, more of the same joins it: `actor` is the last of `actor_count` members,
    `latest_at` when that was. Which of the relations are set depends on `kind`; each can be
    expanded as far as you may view it. What you may not view any more takes its notifications
    along, as do what is deleted and whom you block or mute.
    """

    fields = (
        "id",
        "recipient",
        "kind",
        "actor",
        "actor_count",
        "card",
        "template",
        "review",
        "post",
        "comment",
        "message",
        "sanction",
        "action",
        "report",
        "appeal",
        "is_read",
        "latest_at",
        "created_at",
    )
    expand = (
        "actor",
        "card",
        "template",
        "review",
        "post",
        "comment",
        "message",
        "sanction",
        "action",
        "report",
        "appeal",
    )

    view = list = delete = RECIPIENT

    filters = ("kind", "is_read", "latest_at")
    ordering = ("-latest_at",)

    deletes = inboxes.delete_notification
    actions = (
        RecordAction("read", "PUT", RECIPIENT, inboxes.read_notification, _("Mark it as read")),
    )


@register(NotificationPreference)
class NotificationPreferenceResource(Resource):
    """Whether you are told of one kind of thing at all, in digests and as push messages.

    Without a preference all of that is on, but for `publication`, which is off. Sending one for a
    kind that has one changes it. `moderation` can't be switched off, only its mails and messages.
    """

    fields = ("id", "user", "kind", "is_on", "is_mailed", "is_pushed", "created_at", "updated_at")
    writable = ("kind", "is_on", "is_mailed", "is_pushed")
    editable = ("is_on", "is_mailed", "is_pushed")
    presets = {"user": actor}

    view = list = create = update = delete = MINE

    filters = ("kind", "created_at")
    ordering = ("-created_at",)

    creates = inboxes.set_preference
    updates = inboxes.update_preference


@register(NotificationMute)
class NotificationMuteResource(Resource):
    """A card, a template or a post of which you want no notifications."""

    fields = ("id", "user", "card", "template", "post", "created_at")
    writable = ("card", "template", "post")
    presets = {"user": actor}
    expand = ("card", "template", "post")

    view = list = create = delete = MINE

    filters = ("card", "template", "post", "created_at")
    ordering = ("-created_at",)


@register(PushSubscription)
class PushSubscriptionResource(Resource):
    """A browser that shows your notifications as push messages.

    Subscribe it with the key at `/api/v1/push-key`, and send `endpoint`, `p256dh` and `auth` of
    its `PushSubscription.toJSON()`.
    """

    fields = ("id", "user", "endpoint", "p256dh", "auth", "device", "last_used_at", "created_at")
    writable = ("endpoint", "p256dh", "auth", "device")
    presets = {"user": actor}

    view = list = create = delete = MINE

    filters = ("created_at",)
    ordering = ("-created_at",)

    creates = inboxes.subscribe_to_push


def the_beginning() -> int:
    """Return the position before the first change: members who were there before get an inbox."""
    return 0


consume(LogConsumer("inboxes", frozenset({"users"}), open_inboxes, starts=the_beginning))
consume(LogConsumer("notifications", TOLD_OF, notify))
