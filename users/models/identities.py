"""Accounts elsewhere that a member signs in by."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from resources.api import Record, SealedField


class Identity(Record):
    """A member's account at a provider; `subject` is the provider's own id of it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="identities",
        verbose_name=_("member"),
    )
    provider = models.CharField(_("provider"), max_length=40)
    subject = SealedField(_("id at the provider"))
    subject_index = models.CharField(max_length=64, editable=False)
    email = SealedField(_("e-mail address"), blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    unlogged = frozenset({"subject_index"})

    class Meta:
        verbose_name = _("linked account")
        verbose_name_plural = _("linked accounts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["provider", "subject_index"],
                name="identity_once",
                violation_error_message=_("This account is linked already."),
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at", "-id"], name="identity_of_member"),
            models.Index(fields=["created_at"], name="identity_by_age"),
        ]

    @override
    def __str__(self) -> str:
        return self.provider
