"""What members want to be told of, and where."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.exclusive import exactly_one
from community.models.notifications import NotificationKind
from resources.api import Record, SealedField

MUTABLE = ("card", "template", "post")
"""The relations of a notification by which it can be muted."""


class NotificationPreference(Record):
    """Whether a member is told of one kind of thing at all, in digests, by push.

    Without a row, all of it is on; `publication` is off.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_preferences",
        db_index=False,  # the pair below begins with it
        verbose_name=_("member"),
    )
    kind = models.CharField(_("kind"), max_length=11, choices=NotificationKind)
    is_on = models.BooleanField(_("in the inbox"), default=True)
    is_mailed = models.BooleanField(_("in digests"), default=True)
    is_pushed = models.BooleanField(_("as push messages"), default=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                name="one_preference_per_kind",
                violation_error_message=_("There is a preference for this kind already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="preference_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="preference_by_member"),
            models.Index(fields=["kind", "user"], name="preference_by_kind"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"


class NotificationMute(Record):
    """That a member is told no more of what happens to one card, template or post."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_mutes",
        db_index=False,  # the index by member begins with it
        verbose_name=_("member"),
    )
    card = models.ForeignKey(
        "cards.Card",
        on_delete=models.CASCADE,
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
    post = models.ForeignKey(
        "community.Post",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("post"),
    )

    class Meta:
        verbose_name = _("muted notification")
        verbose_name_plural = _("muted notifications")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=exactly_one(*MUTABLE),
                name="mute_one_target",
                violation_error_message=_("Name a card, a template or a post: one of them."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["user", name],
                    name=f"mute_{name}_once",
                    violation_error_message=_("This is muted already."),
                )
                for name in MUTABLE
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="notification_mute_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="notification_mute_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user}: {self.card or self.template or self.post}"


class PushSubscription(Record):
    """A browser that a member gets push messages in (RFC 8030).

    `p256dh` and `auth` are what messages to it are encrypted with (RFC 8291).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="push_subscriptions",
        db_index=False,  # the index by member begins with it
        verbose_name=_("member"),
    )
    endpoint = SealedField(_("address"), max_length=2000)
    endpoint_index = models.CharField(max_length=64, unique=True, editable=False)
    p256dh = SealedField(_("key of the browser"), max_length=200)
    auth = SealedField(_("secret of the browser"), max_length=200)
    device = models.CharField(_("device"), max_length=80, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    unlogged = frozenset({"endpoint_index", "last_used_at"})

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="push_subscription_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="push_subscription_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return self.device or str(self.pk)


class PushKey(models.Model):
    """The key pair that push services know this server by (VAPID, RFC 8292); the oldest counts."""

    id = models.BigAutoField(primary_key=True)
    private = SealedField(_("private key (PEM)"))
    created_at = models.DateTimeField(default=timezone.now)

    @override
    def __str__(self) -> str:
        return str(self.pk)
