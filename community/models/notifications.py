"""What members are told of: their inbox and what is in it."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record, RecordIdField


class NotificationKind(models.TextChoices):
    """What a notification tells of."""

    COMMENT = "comment", _("a comment on what is yours")
    REPLY = "reply", _("a reply to your comment")
    MENTION = "mention", _("a mention of you")
    LIKE = "like", _("a like of what is yours")
    REACTION = "reaction", _("a reaction to what is yours")
    FOLLOW = "follow", _("a new follower")
    REMIX = "remix", _("a remix of your card")
    PUBLICATION = "publication", _("something new by a member you follow")
    REVIEW = "review", _("a review of your template")
    TEMPLATE = "template", _("a decision about your template")
    MODERATION = "moderation", _("a decision of the moderators")


class Digest(models.TextChoices):
    """How often what is unread is mailed."""

    OFF = "off", _("never")
    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")


def new_unsubscribe_key() -> str:
    """Return 128 random bits in 22 characters: longer addresses don't survive in mail headers."""
    return token_urlsafe(16)


class Inbox(Record):
    """A member's inbox; its id is the member's.

    `unread_count` is exact. `digest_sent_at` is when the last digest was sent, or when digests
    were switched on.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="inbox",
        verbose_name=_("member"),
    )
    unread_count = models.PositiveIntegerField(_("unread"), default=0, editable=False)
    digest = models.CharField(_("digest"), max_length=6, choices=Digest, default=Digest.OFF)
    digest_sent_at = models.DateTimeField(_("last digest"), default=timezone.now, editable=False)
    unsubscribe_key = models.CharField(
        max_length=22, unique=True, default=new_unsubscribe_key, editable=False
    )

    derived = frozenset({"unread_count", "digest_sent_at"})
    unlogged = frozenset({"unsubscribe_key"})

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="inbox_newest"),
            models.Index(
                fields=["digest_sent_at"], name="inbox_with_digest", condition=~Q(digest="off")
            ),
        ]

    @override
    def __str__(self) -> str:
        return str(self.user)


class Notification(Record):
    """That somebody did something that concerns the recipient.

    While it is unread, more of the same (`group`) joins it: `actor` is the last of `actor_count`
    members, and the relations lead to what it is about as it was last. `actor` is empty where
    moderators decided something. `sources` are the records that it tells of: it goes with the last
    of them, not with one that it leads to.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,  # the pairs below begin with it
        verbose_name=_("recipient"),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=NotificationKind)
    group = models.CharField(max_length=60, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_count = models.PositiveIntegerField(_("how many members"), default=0)
    card = models.ForeignKey(
        "cards.Card",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("card"),
    )
    template = models.ForeignKey(
        "card_templates.Template",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("template"),
    )
    review = models.ForeignKey(
        "card_templates.Review",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("review"),
    )
    post = models.ForeignKey(
        "community.Post",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )
    comment = models.ForeignKey(
        "community.Comment",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("comment"),
    )
    message = models.ForeignKey(
        "community.Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
    )
    sanction = models.ForeignKey(
        "users.Sanction",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sanction"),
    )
    action = models.ForeignKey(
        "community.CaseAction",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("action of moderators"),
    )
    report = models.ForeignKey(
        "community.Report",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("report"),
    )
    appeal = models.ForeignKey(
        "community.Appeal",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("appeal"),
    )
    is_read = models.BooleanField(_("read"), default=False)
    latest_at = models.DateTimeField(_("last happened"), default=timezone.now)
    pushed_at = models.DateTimeField(_("last pushed"), null=True, editable=False)

    unlogged = frozenset({"pushed_at"})

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recipient", "group"],
                condition=Q(is_read=False),
                name="one_unread_notification_per_group",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-latest_at", "-id"], name="notification_latest"),
            models.Index(fields=["recipient", "-latest_at", "-id"], name="notification_of_member"),
            models.Index(
                fields=["recipient", "is_read", "-latest_at"], name="notification_of_member_read"
            ),
            models.Index(fields=["kind", "-latest_at"], name="notification_by_kind"),
            models.Index(fields=["is_read", "-latest_at"], name="notification_by_read"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.recipient}: {self.get_kind_display()}"


class NotificationSource(models.Model):
    """A record that a notification tells of: a like, a comment, a follow."""

    id = models.BigAutoField(primary_key=True)
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="sources")
    source_id = RecordIdField(db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notification", "source_id"], name="notification_source_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.notification_id} {self.source_id}"
