"""On which days members were here, and for how long."""

from __future__ import annotations

from typing import ClassVar, override

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ActiveDay(models.Model):
    """That a member was here on a day (UTC): in how many visits, and their length in seconds.

    Counted from the change log: no resource, no record of what was read.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(_("day"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="active_days",
        verbose_name=_("member"),
    )
    visits = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("active day")
        verbose_name_plural = _("active days")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "user"], name="one_row_per_active_day")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.user} {self.day}"
