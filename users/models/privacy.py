"""What a member agreed to, and copies of their data."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from resources.api import Record


class Consent(Record):
    """A member's yes or no to one version of a document; the newest counts, none is changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="consents",
        verbose_name=_("member"),
    )
    document = models.CharField(_("document"), max_length=40)
    version = models.CharField(_("version"), max_length=40)
    is_given = models.BooleanField(_("agreed"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="consent_of_member"),
            models.Index(fields=["document", "-created_at"], name="consent_to_document"),
            models.Index(fields=["created_at"], name="consent_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.document} {self.version}"


class Export(Record):
    """One archive with everything of a member's; `key` is its name in the storage."""

    class State(models.TextChoices):
        """How far the archive is."""

        PENDING = "pending", _("being put together")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="exports",
        verbose_name=_("member"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    key = models.CharField(max_length=120, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("bytes"), default=0, editable=False)
    expires_at = models.DateTimeField(_("kept until"), null=True, editable=False)

    class Meta:
        verbose_name = _("export of data")
        verbose_name_plural = _("exports of data")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="export_of_member"),
            models.Index(fields=["created_at"], name="export_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.pk)
