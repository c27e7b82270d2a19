"""Addresses that are told of changes, and the log of what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import DocumentField, Record, SealedField

if TYPE_CHECKING:
    from datetime import datetime

TOPICS = {
    "type": "array",
    "minItems": 1,
    "maxItems": 50,
    "uniqueItems": True,
    "items": {"type": "string", "maxLength": 40},
}


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Queries that several places need."""

    def idle(self, at: datetime) -> Self:
        """Narrow to the active ones that no task looks after by a time.

        Who has failed waits for the next attempt, whatever else happens.
        """
        can_be_sooner = models.Q(failure_count=0, next_at__gt=at)
        return self.filter(can_be_sooner | models.Q(next_at=None), is_active=True)


class Webhook(Record):
    """An address that is told of every change of some resources, in order.

    `topics` are names of resources, or `*` for all. `place` is how far in the feed it has been
    told. `next_at` is when a task that waits for it is due: without one, none waits. `busy_until`
    belongs to the task that is telling it. These and `failure_count`, the failures in a row, are
    how far the work is and no part of the record, so the log leaves them out.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="webhooks",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    topics = DocumentField(verbose_name=_("topics"), schema=TOPICS)
    signing_secret = SealedField(editable=False)
    previous_secret = SealedField(blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    disabled_reason = models.CharField(
        _("disabled because"), max_length=300, blank=True, editable=False
    )
    rotated_at = models.DateTimeField(_("secret rotated"), null=True, editable=False)
    replayed_at = models.DateTimeField(_("replayed"), null=True, editable=False)
    place = models.BigIntegerField(default=0, editable=False)
    failure_count = models.PositiveIntegerField(_("failures"), default=0, editable=False)
    next_at = models.DateTimeField(_("next attempt"), null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    # What receivers verify by, known only while it is being made.
    secret: str = ""

    unlogged = frozenset({"place", "failure_count", "next_at", "busy_until"})

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at"], name="webhook_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> list[str]:
        """Return the secrets to sign with: the present one, and the one before until it is gone."""
        return [secret for secret in (self.signing_secret, self.previous_secret) if secret]


class DeliveryStatus(models.TextChoices):
    """What has become of a delivery."""

    PENDING = "pending", _("to be tried again")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Delivery(models.Model):
    """One change on its way to one webhook, since the first attempt.

    No resource: the log of changes would feed itself. `place` is the change's in the feed,
    `duration` the milliseconds that the last attempt took.
    """

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    place = models.BigIntegerField(_("place in the log"))
    message_id = models.CharField(_("message"), max_length=64)
    kind = models.CharField(_("what"), max_length=60)
    status = models.CharField(_("status"), max_length=7, choices=DeliveryStatus)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    response_status = models.PositiveSmallIntegerField[int | None, int | None](
        _("HTTP status"), null=True
    )
    duration = models.PositiveIntegerField(_("milliseconds"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_index=True)
    attempted_at = models.DateTimeField(_("last attempt"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "place"], name="one_delivery_per_change")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"
