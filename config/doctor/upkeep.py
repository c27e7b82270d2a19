"""What has to happen all the time: the worker, its queue, housekeeping, backups."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backups.models import Backup
from config.background import SILENT_AFTER, live_workers
from config.doctor.setup_check import CheckOutcome, SetupCheck, expect, fail, ok, warn
from config.log_follower import failing_consumers
from config.tasks import EVERY, keep_house
from resources.models import Job, JobState, SkippedChange

QUEUE_LATE = timedelta(minutes=5)
LATELY = timedelta(days=1)
NEED = "migrations"


def worker() -> CheckOutcome:
    """Look whether a worker is alive."""
    return expect(alive := len(live_workers(SILENT_AFTER)), unless_fail=alive > 0)


def queue() -> CheckOutcome:
    """Look for how long the first task waits that is due."""
    now = timezone.now()
    due = Job.objects.due()
    first = due.order_by("run_at").values_list("run_at", "created_at").first()
    late = now - max(first) if first else timedelta()
    return expect(f"{due.count()} · {late.total_seconds():.0f} s", unless_warn=late < QUEUE_LATE)


def failed_tasks() -> CheckOutcome:
    """Count the tasks that failed within a day, and name the one that did most often."""
    since = timezone.now() - LATELY
    failed = Job.objects.filter(state=JobState.FAILED, finished_at__gt=since)
    paths = sorted(failed.values_list("path", flat=True))
    return warn(f"{len(paths)}: {max(paths, key=paths.count)}") if paths else ok(0)


def consumers() -> CheckOutcome:
    """Look for log consumers that can't go on, or have left something out."""
    failing = failing_consumers()
    if failing:
        return fail(", ".join(f"{name}: {error}" for name, error in failing.items()))
    return expect(skipped := SkippedChange.objects.count(), unless_warn=not skipped)


def housekeeping() -> CheckOutcome:
    """Look when the hourly chores were last done."""
    done = Job.objects.filter(name=keep_house.name, state=JobState.DONE)
    last = done.order_by("-finished_at").values_list("finished_at", flat=True).first()
    if last is None:
        return warn("-")
    is_recent = timezone.now() - last < 2 * EVERY
    return expect(f"{last:%Y-%m-%d %H:%M} UTC", unless_warn=is_recent)


def backup_age() -> CheckOutcome:
    """Look how old the newest good backup is, and whether the last one failed."""
    every = timedelta(hours=settings.BACKUP_EVERY_HOURS)
    newest = Backup.objects.order_by("-started_at").first()
    good = Backup.objects.filter(error="").order_by("-started_at").first()
    if newest is None or good is None:
        return warn(newest.error.partition("\n")[0] if newest else "-")
    age = timezone.now() - good.started_at
    seen = f"{good.name} ({age.days} d {age.seconds // 3600} h)"
    return expect(
        seen if not newest.error else f"{seen}; {newest.error.partition(chr(10))[0]}",
        unless_fail=not newest.error and (not every or age < 2 * every),
        unless_warn=bool(every),
    )


def backup_elsewhere() -> CheckOutcome:
    """Look whether backups are on the disk that they are to stand in for."""
    is_inside = settings.BACKUP_TO.startswith(str(settings.DATA_DIR))
    return expect(settings.BACKUP_TO, unless_warn=not is_inside)


CHECKS = (
    SetupCheck(
        "worker",
        _("Background worker"),
        _("Mails, notifications, webhooks and housekeeping are its work."),
        _("Start ./holo serve (without --no-worker), or a process with --role worker."),
        worker,
        NEED,
    ),
    SetupCheck(
        "queue",
        _("Tasks that wait"),
        _("A queue that grows means late mails and late notifications."),
        _("Start further workers, and look in the log for tasks that take long."),
        queue,
        NEED,
    ),
    SetupCheck(
        "failed_tasks",
        _("Tasks that failed within a day"),
        _("What they were to do has not been done."),
        _("Look for the task's name in the worker's log, which has the error."),
        failed_tasks,
        NEED,
    ),
    SetupCheck(
        "consumers",
        _("Readers of the log"),
        _("A change that one can't handle holds up those behind it, or was left out."),
        _("The worker's log has the error; the record stands in resources_skippedchange."),
        consumers,
        NEED,
    ),
    SetupCheck(
        "housekeeping",
        _("Housekeeping"),
        _("It deletes what is due, folds the log and makes backups, once an hour."),
        _("See that a worker runs; the next start schedules it anew."),
        housekeeping,
        NEED,
    ),
    SetupCheck(
        "backup_age",
        _("Newest backup"),
        _("What was written since is lost with the disk."),
        _("Set BACKUP_EVERY_HOURS=24; the admin's Backups say why one failed."),
        backup_age,
        NEED,
    ),
    SetupCheck(
        "backup_elsewhere",
        _("Place of backups"),
        _("A backup on the disk that fails is none."),
        _("Set BACKUP_TO to another disk or to s3://bucket/prefix, with BACKUP_RECIPIENTS."),
        backup_elsewhere,
    ),
)
