"""What is known of backups that were made, or failed."""

from __future__ import annotations

from typing import ClassVar, override

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from resources.api import new_id


class Backup(models.Model):
    """One backup; it failed where `error` says why."""

    name = models.CharField(_("file"), max_length=100)
    started_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("finished"))
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    files = models.PositiveBigIntegerField(_("files"), default=0)
    missing_files = models.PositiveBigIntegerField(_("files without bytes"), default=0)
    is_encrypted = models.BooleanField(_("encrypted"), default=False)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("backup")
        verbose_name_plural = _("backups")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-started_at"], name="backup_newest")
        ]

    @override
    def __str__(self) -> str:
        return self.name


class DatabaseMove(models.Model):
    """A move of the site to another database: the same id in both, with the part each plays.

    While `paused_until` is ahead, and once `finished_at` is set, the source takes no writes; the
    target can be served once that is set. `other` is where the source's rows go, without password.
    """

    SOURCE, TARGET = "source", "target"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    part = models.CharField(max_length=6)
    other = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    paused_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "backups_move"

    @override
    def __str__(self) -> str:
        return f"{self.part} {self.other}"
