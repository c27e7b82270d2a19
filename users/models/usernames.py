"""Names that members went by before."""

from __future__ import annotations

from typing import ClassVar, Self, override

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import Record


class FormerUsernameQuerySet(models.QuerySet["FormerUsername"]):
    """Queries of former usernames."""

    def named(self, username: str) -> Self:
        """Return the one of a name in any case, if there is one."""
        return self.alias(lowered=Lower("username")).filter(lowered=username.lower())


class FormerUsername(Record):
    """A name that leads to the member who had it, and that nobody else may take before its time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="former_usernames",
        db_index=False,  # the index by member begins with it
        verbose_name=_("member"),
    )
    username = models.CharField(_("username"), max_length=30)
    kept_until = models.DateTimeField(_("kept until"))

    objects = FormerUsernameQuerySet.as_manager()

    class Meta:
        verbose_name = _("former username")
        verbose_name_plural = _("former usernames")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                Lower("username"),
                name="former_username_unique_in_any_case",
                violation_error_message=_("This username is taken."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-id"], name="former_username_newest"),
            models.Index(fields=["user", "-created_at", "-id"], name="former_username_by_member"),
        ]

    @override
    def __str__(self) -> str:
        return self.username

    @property
    def is_kept(self) -> bool:
        """Return whether nobody else may take the name yet."""
        return self.kept_until > timezone.now()
