"""What moderators do to accounts."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record


class SanctionKind(models.TextChoices):
    """From mild to final."""

    WARN = "warn", _("warned")
    SILENCE = "silence", _("may read but not write")
    SUSPEND = "suspend", _("may not sign in for a while")
    BAN = "ban", _("may not sign in again")


class Sanction(Record):
    """A measure against a member; without `expires_at` it lasts until it is lifted.

    A warning takes nothing away: it is told to the member, and stays on record.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sanctions",
        verbose_name=_("member"),
    )
    kind = models.CharField(_("measure"), max_length=8, choices=SanctionKind)
    reason = models.TextField(_("reason"), max_length=2000)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True, editable=False)
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imposed by"),
    )

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=SanctionKind.values),
                name="sanction_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="suspend", expires_at=None),
                name="suspension_ends",
                violation_error_message=_("Say until when the member is suspended."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="warn", expires_at__isnull=False),
                name="warning_has_no_end",
                violation_error_message=_("A warning has no end."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="sanction_of_member"),
            models.Index(fields=["-created_at", "-id"], name="sanction_newest"),
            models.Index(fields=["kind", "-created_at"], name="sanction_of_kind"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"

    @property
    def is_in_force(self) -> bool:
        """Return whether the sanction counts now."""
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.lifted_at is None and not is_over
