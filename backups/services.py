"""Making backups, and telling operators when one fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from backups.backing_up import archive_name, write_archive
from backups.models import Backup
from backups.places import backup_place
from users.models import User
from users.selectors import ADMIN

if TYPE_CHECKING:
    from datetime import datetime

    from resources.api import Progress

LATE = timedelta(minutes=30)
"""How much earlier than a whole interval after the last one the next backup may begin."""


def make_backup(tell: Progress = lambda _part, _done, _of: None) -> Backup:
    """Make a backup, put it in its place and delete the oldest; note it, a failure too.

    Raises whatever kept it from being made, once operators were told.
    """
    started_at, name = timezone.now(), archive_name()
    try:
        made = _made(name, tell, started_at)
    except Exception as error:
        failed = Backup.objects.create(
            name=name, started_at=started_at, finished_at=timezone.now(), error=_described(error)
        )
        tell_operators(failed)
        raise
    backup_place().delete_old()
    return made


def make_due_backup() -> int:
    """Make a backup when `BACKUP_EVERY_HOURS` say so; return how many were made, 0 or 1.

    One that fails is tried again with the next housekeeping.
    """
    if not settings.BACKUP_EVERY_HOURS:
        return 0
    due = timezone.now() - timedelta(hours=settings.BACKUP_EVERY_HOURS) + LATE
    if Backup.objects.filter(error="", started_at__gt=due).exists():
        return 0
    make_backup()
    return 1


def tell_operators(failed: Backup) -> None:
    """Mail every operator that a backup failed, and why: superusers and the role admin."""
    operators = Q(is_superuser=True) | Q(groups__name=ADMIN)
    for operator in User.objects.filter(operators, is_active=True).distinct():
        with override(operator.locale):
            text = _("The backup %(name)s could not be made:\n\n%(error)s\n")
            send_mail(
                _("A backup failed"),
                text % {"name": failed.name, "error": failed.error},
                settings.DEFAULT_FROM_EMAIL,
                [operator.email],
            )


def _made(name: str, tell: Progress, started_at: datetime) -> Backup:
    with TemporaryDirectory(prefix="holobase-backup-", dir=settings.BACKUP_WORK_FOLDER) as folder:
        path = Path(folder) / name
        manifest = write_archive(path, tell)
        backup_place().put(path, name)
        size = path.stat().st_size
    return Backup.objects.create(
        name=name,
        started_at=started_at,
        finished_at=timezone.now(),
        size=size,
        rows=manifest.rows,
        files=len(manifest.files),
        missing_files=len(manifest.missing),
        is_encrypted=bool(settings.BACKUP_RECIPIENTS),
    )


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
